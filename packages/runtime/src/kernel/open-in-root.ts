import { constants } from "node:fs"
import { type FilePath, terminated } from "./file-calls.js"
import { bind } from "./libc.js"

export interface OpenInRootRequest {
  /** Descriptor of the directory that is the root. */
  rootFd: number
  /** Resolved as if `rootFd` were `/`: absolute paths, `..` and links stay inside. */
  path: FilePath
  /** `constants.O_*` of node:fs; O_CLOEXEC is added. */
  flags: number
  /** For O_CREAT. */
  mode?: number
  /** Refuse (ELOOP) any link on the way instead of following it inside. */
  noLinks?: boolean
  /** Refuse (EXDEV) to cross into another mount. */
  noMountCrossing?: boolean
}

/**
 * openat2(2) with RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS: a descriptor (caller closes) that no link, `..` or race in
 * the tree can lead out of the root. Throws SystemCallError (`code` ENOENT, ELOOP, EXDEV, …; ENOSYS before Linux 5.6).
 * EAGAIN (a rename raced with `..`) is tried again as openat2(2) asks.
 */
export function openInRoot(request: OpenInRootRequest): number {
  const how = Buffer.alloc(24)
  how.writeBigUInt64LE(BigInt(request.flags | O_CLOEXEC), 0)
  how.writeBigUInt64LE(BigInt(request.mode ?? 0), 8)
  how.writeBigUInt64LE(
    RESOLVE_IN_ROOT |
      RESOLVE_NO_MAGICLINKS |
      (request.noLinks === true ? RESOLVE_NO_SYMLINKS : 0n) |
      (request.noMountCrossing === true ? RESOLVE_NO_XDEV : 0n),
    16,
  )
  for (let attempt = 0; ; attempt++) {
    try {
      return callOpenat2(NR_OPENAT2, request.rootFd, terminated(request.path), how, how.length)
    } catch (error) {
      if (attempt < 100 && error instanceof Error && "code" in error && error.code === "EAGAIN") continue
      throw error
    }
  }
}

/** O_PATH: a descriptor that only names the file; not in node:fs. */
export const O_PATH = 0o10000000
export const O_DIRECTORY = constants.O_DIRECTORY

const NR_OPENAT2 = 437
const O_CLOEXEC = 0o2000000
const RESOLVE_NO_XDEV = 0x01n
const RESOLVE_NO_MAGICLINKS = 0x02n
const RESOLVE_NO_SYMLINKS = 0x04n
const RESOLVE_IN_ROOT = 0x10n
const callOpenat2 = bind({ symbol: "syscall", result: "long", arguments: ["long", "long", "const char*", "void*", "size_t"] }, "openat2")
