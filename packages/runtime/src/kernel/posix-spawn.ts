import { closeSync, openSync } from "node:fs"
import { errnoOf } from "../errors.js"
import { bind } from "./libc.js"
import { SystemCallError } from "./system-call-error.js"

export interface PosixSpawnOptions {
  /** Absolute path of the program. */
  path: string
  /** Without the program's own name. */
  arguments: readonly string[]
  /** The child's whole environment. */
  environment: Readonly<Record<string, string>>
  workingDirectory: string
  /** Our descriptors that become the child's 0, 1, 2, …; `null` is /dev/null. They stay open here; everything else is closed in the child. */
  descriptors: readonly (number | null)[]
}

/**
 * Starts a program in a session of its own with default signal handling and returns its pid. The caller reaps it with
 * `reapChild`. posix_spawn(3) does not copy the page tables: 0.2 ms from a process of any size, where fork(2), which
 * Node's own spawn uses, takes 12 ms at 300 MB resident. Throws SystemCallError (ENOENT when there is no such program).
 */
export function posixSpawn(options: PosixSpawnOptions): number {
  const actions = Buffer.alloc(ACTIONS_BYTES)
  const attributes = Buffer.alloc(ATTRIBUTES_BYTES)
  const ours: number[] = []
  check("posix_spawn_file_actions_init", callActionsInit(actions))
  check("posix_spawnattr_init", callAttributesInit(attributes))
  try {
    check("posix_spawnattr_setflags", callSetFlags(attributes, SETSIGDEF | SETSIGMASK | SETSID))
    check("posix_spawnattr_setsigdefault", callSetDefaults(attributes, resettableSignals))
    check("posix_spawnattr_setsigmask", callSetMask(attributes, Buffer.alloc(SIGSET_BYTES)))
    check("posix_spawn_file_actions_addchdir_np", callAddChdir(actions, options.workingDirectory))
    options.descriptors.forEach((descriptor, target) => {
      const source = aboveTargets(descriptor, options.descriptors.length)
      ours.push(source)
      check("posix_spawn_file_actions_adddup2", callAddDup(actions, source, target))
    })
    return spawnNow(options, actions, attributes)
  } finally {
    callActionsDestroy(actions)
    callAttributesDestroy(attributes)
    for (const descriptor of ours) closeSync(descriptor)
  }
}

/** The exit code of a child that ended (128 + n when signal n did it), collected with this call; undefined while it runs. libuv waits for its own children only. */
export function collectChild(pid: number): number | undefined {
  const status = Buffer.alloc(4)
  if (callWaitpid(pid, status, WNOHANG) === 0) return undefined
  const word = status.readInt32LE(0)
  const signal = word & 0x7f
  return signal === 0 ? (word >> 8) & 0xff : 128 + signal
}

/**
 * Collects a child that ended or is about to, so that it does not stay a zombie. Returns at once: one that still runs is
 * asked again after growing pauses, which do not keep Node alive.
 */
export function reapChild(pid: number, pauseMs = 1): void {
  try {
    if (collectChild(pid) !== undefined) return
  } catch (error) {
    // Collected already.
    if (errnoOf(error) === "ECHILD") return
    throw error
  }
  setTimeout(() => reapChild(pid, Math.min(pauseMs * 2, 5000)), pauseMs).unref()
}

function spawnNow(options: PosixSpawnOptions, actions: Buffer, attributes: Buffer): number {
  const argumentArray = [options.path, ...options.arguments]
  const environment = Object.entries(options.environment).map(([name, value]) => `${name}=${value}`)
  // C would silently cut such a string.
  if ([...argumentArray, ...environment].some((text) => text.includes("\0"))) throw new SystemCallError("posix_spawn", EINVAL, options.path)
  const pid = Buffer.alloc(4)
  const failure = callSpawn(pid, options.path, actions, attributes, [...argumentArray, null], [...environment, null])
  if (failure !== 0) throw new SystemCallError("posix_spawn", failure, options.path)
  return pid.readInt32LE(0)
}

// A source that is itself a target number could be overwritten by an earlier dup2 of the child.
function aboveTargets(descriptor: number | null, targets: number): number {
  if (descriptor !== null) return callFcntl(descriptor, F_DUPFD_CLOEXEC, targets)
  const opened = openSync("/dev/null", "r+")
  try {
    return callFcntl(opened, F_DUPFD_CLOEXEC, targets)
  } finally {
    closeSync(opened)
  }
}

// These functions return the errno instead of setting it.
function check(name: string, failure: number): void {
  if (failure !== 0) throw new SystemCallError(name, failure)
}

const EINVAL = 22
const WNOHANG = 1
const F_DUPFD_CLOEXEC = 1030
// spawn.h (glibc).
const SETSIGDEF = 0x04
const SETSIGMASK = 0x08
const SETSID = 0x80
// Generous: the opaque structures take 80 and 336 bytes in glibc on 64-bit machines, less in musl.
const ACTIONS_BYTES = 256
const ATTRIBUTES_BYTES = 512
const SIGSET_BYTES = 128

// Node ignores SIGPIPE, and an ignored signal stays ignored through exec. Signals 1 to 31 less KILL and STOP.
const resettableSignals = Buffer.alloc(SIGSET_BYTES)
resettableSignals.writeUInt32LE(0x7ffbfeff, 0)

const callActionsInit = bind({ symbol: "posix_spawn_file_actions_init", result: "int", arguments: ["void*"] })
const callActionsDestroy = bind({ symbol: "posix_spawn_file_actions_destroy", result: "int", arguments: ["void*"] })
const callAddDup = bind({ symbol: "posix_spawn_file_actions_adddup2", result: "int", arguments: ["void*", "int", "int"] })
const callAddChdir = bind({ symbol: "posix_spawn_file_actions_addchdir_np", result: "int", arguments: ["void*", "const char*"] })
const callAttributesInit = bind({ symbol: "posix_spawnattr_init", result: "int", arguments: ["void*"] })
const callAttributesDestroy = bind({ symbol: "posix_spawnattr_destroy", result: "int", arguments: ["void*"] })
const callSetFlags = bind({ symbol: "posix_spawnattr_setflags", result: "int", arguments: ["void*", "short"] })
const callSetDefaults = bind({ symbol: "posix_spawnattr_setsigdefault", result: "int", arguments: ["void*", "void*"] })
const callSetMask = bind({ symbol: "posix_spawnattr_setsigmask", result: "int", arguments: ["void*", "void*"] })
const callSpawn = bind({
  symbol: "posix_spawn",
  result: "int",
  arguments: ["void*", "const char*", "void*", "void*", "const char**", "const char**"],
})
const callWaitpid = bind({ symbol: "waitpid", result: "int", arguments: ["int", "void*", "int"] })
const callFcntl = bind({ symbol: "fcntl", result: "int", arguments: ["int", "int", "int"] })
