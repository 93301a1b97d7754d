import { close, closeSync, constants, openSync } from "node:fs"
import { type ErrorFacts, errnoOf } from "../errors.js"
import { bind, bindAsync } from "./libc.js"
import { toEngineError } from "./system-call-error.js"

/** Flags of mount(2), from linux/mount.h. */
export const mountFlags = {
  readOnly: 1,
  noSuid: 2,
  noDev: 4,
  noExec: 8,
  remount: 32,
  bind: 4096,
  recursive: 16384,
  unbindable: 1 << 17,
  private: 1 << 18,
  slave: 1 << 19,
  shared: 1 << 20,
} as const

export interface MountRequest {
  /** `none` or a label where the file system has no source. */
  source: string
  target: string
  /** `overlay`, `tmpfs`, `cgroup2`, …; empty for bind, remount and propagation changes. */
  type?: string
  /** Sum of `mountFlags`. */
  flags?: number
  /** Option string of the file system; below 4096 bytes (one page). */
  data?: string
}

/** mount(2) in process. Rejects with `mount_failed` (facts: errno, source, target, type) or `disk_full`. */
export function mount(request: MountRequest): void {
  try {
    callMount(request.source, request.target, request.type ?? "", request.flags ?? 0, request.data ?? null)
  } catch (error) {
    throw mountError(error, { op: "mount", source: request.source, target: request.target, type: request.type, data: request.data })
  }
}

/**
 * umount2(2). Not mounted, or no such path: no effect. `lazy` detaches now and cleans up when the last user is gone.
 * Never follows a link in the last component. Rejects with `mount_failed` (EBUSY among them).
 */
export function unmount(target: string, options: { lazy?: boolean } = {}): void {
  try {
    callUmount(target, UMOUNT_NOFOLLOW | (options.lazy === true ? MNT_DETACH : 0))
  } catch (error) {
    const errno = errnoOf(error)
    // EINVAL: not a mount point (umount(2)).
    if (errno === "EINVAL" || errno === "ENOENT") return
    throw mountError(error, { op: "umount", target })
  }
}

/**
 * Lazy umount2(2) on a thread of the pool. Resolves when nothing is mounted at `target` any more; `gone`, when the kernel has taken it down:
 * the last unmount of a file system that is written to (an overlay over the host's disk) waits until the whole disk is flushed, for
 * which nobody should stand still. Not mounted, or no such path: no effect.
 */
export async function detachMount(target: string): Promise<{ gone: Promise<void> }> {
  const last = openIfThere(target)
  if (last === undefined) return { gone: Promise.resolve() }
  try {
    await callUmountOnThread(target, UMOUNT_NOFOLLOW | MNT_DETACH)
  } catch {
    // The errno of another thread is not known: once more on this one, which tells "not mounted" from a failure.
    unmountOrClose(target, last)
  }
  return { gone: closeOnThread(last) }
}

function unmountOrClose(target: string, descriptor: number): void {
  try {
    unmount(target, { lazy: true })
  } catch (error) {
    closeSync(descriptor)
    throw error
  }
}

// Names the mount's root without opening it: the last reference, by which the mount lives until it is closed.
function openIfThere(target: string): number | undefined {
  try {
    return openSync(target, O_PATH | constants.O_NOFOLLOW)
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw mountError(error, { op: "umount", target })
  }
}

function closeOnThread(descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => close(descriptor, (error) => (error === null || error === undefined ? resolve() : reject(error))))
}

/** `mount_failed` with facts, or the more exact code of the errno. */
export function mountError(error: unknown, facts: ErrorFacts): Error {
  return toEngineError(
    error,
    "mount_failed",
    facts,
    `The system call ${String(facts.op)} on ${String(facts.target)} failed: ${errnoOf(error) ?? "unknown error"}.`,
  )
}

const O_PATH = 0o10000000
const MNT_DETACH = 2
const UMOUNT_NOFOLLOW = 8
const callMount = bind({
  symbol: "mount",
  result: "int",
  arguments: ["const char*", "const char*", "const char*", "unsigned long", "const char*"],
})
const callUmountOnThread = bindAsync({ symbol: "umount2", result: "int", arguments: ["const char*", "int"] })
const callUmount = bind({ symbol: "umount2", result: "int", arguments: ["const char*", "int"] })
