import { errnoOf } from "../errors.js"
import { AT_FDCWD, bind, bindAsync } from "./libc.js"
import { SystemCallError } from "./system-call-error.js"

/** Type bits of st_mode (stat(2)). */
export const fileType = {
  fifo: 0o010000,
  character: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  regular: 0o100000,
  link: 0o120000,
  socket: 0o140000,
} as const

/** A path; as bytes where it need not be UTF-8 (names in images and containers). */
export type FilePath = string | Buffer

export interface DeviceNumber {
  major: number
  minor: number
}

/** dev_t of a device (gnu_dev_makedev). */
export function makeDevice({ major, minor }: DeviceNumber): number {
  return Number(
    (BigInt(major & 0xfffff000) << 32n) | (BigInt(major & 0xfff) << 8n) | (BigInt(minor & 0xffffff00) << 12n) | BigInt(minor & 0xff),
  )
}

/** Major and minor of `stat.dev` or `stat.rdev`. */
export function deviceNumber(device: number): DeviceNumber {
  const value = BigInt(device)
  return {
    major: Number(((value >> 8n) & 0xfffn) | ((value >> 32n) & 0xfffff000n)),
    minor: Number((value & 0xffn) | ((value >> 12n) & 0xffffff00n)),
  }
}

/** mknodat(2), relative to a directory descriptor (default: the working directory). `mode` has the type bits. The umask applies. */
export function makeNode(options: { directoryFd?: number; path: FilePath; mode: number; device?: DeviceNumber }): void {
  callMknodat(
    options.directoryFd ?? AT_FDCWD,
    terminated(options.path),
    options.mode,
    options.device === undefined ? 0 : makeDevice(options.device),
  )
}

/** utimensat(2) with nanoseconds; never follows a link in the last component. */
export function setTimes(options: { directoryFd?: number; path: FilePath; accessedNs: bigint; modifiedNs: bigint }): void {
  const times = Buffer.alloc(32)
  writeTimespec(times, 0, options.accessedNs)
  writeTimespec(times, 16, options.modifiedNs)
  callUtimensat(options.directoryFd ?? AT_FDCWD, terminated(options.path), times, AT_SYMLINK_NOFOLLOW)
}

/** Extended attribute of the path itself (lgetxattr(2)); undefined when it has none of this name or the file system has no attributes. */
export function getAttribute(path: FilePath, name: string): Buffer | undefined {
  try {
    return readSized((buffer, size) => callLgetxattr(terminated(path), name, buffer, size))
  } catch (error) {
    if (absentAttribute.has(errnoOf(error) ?? "")) return undefined
    throw error
  }
}

/** Names of the path's own extended attributes (llistxattr(2)). */
export function listAttributes(path: FilePath): string[] {
  try {
    return readSized((buffer, size) => callLlistxattr(terminated(path), buffer, size))
      .toString("utf8")
      .split("\0")
      .filter((name) => name !== "")
  } catch (error) {
    if (absentAttribute.has(errnoOf(error) ?? "")) return []
    throw error
  }
}

/** lsetxattr(2): sets or replaces the attribute of the path itself. */
export function setAttribute(path: FilePath, name: string, value: Buffer): void {
  callLsetxattr(terminated(path), name, value, value.length, 0)
}

/** lremovexattr(2); absent: no effect. */
export function removeAttribute(path: FilePath, name: string): void {
  try {
    callLremovexattr(terminated(path), name)
  } catch (error) {
    if (!absentAttribute.has(errnoOf(error) ?? "")) throw error
  }
}

/** syncfs(2) on a thread of the pool: all that was written to the file system of the descriptor is on its disk. */
export async function syncFileSystem(descriptor: number): Promise<void> {
  await callSyncfs(descriptor)
}

/** The path for C, which ends it at NUL: a byte path gets its own, and one that has a NUL inside is refused as `bind` refuses it in a string. */
export function terminated(path: FilePath): FilePath {
  if (typeof path === "string") return path
  if (path.includes(0)) throw new SystemCallError("path", EINVAL)
  return Buffer.concat([path, Buffer.alloc(1)])
}

const EINVAL = 22
const absentAttribute = new Set(["ENODATA", "ENOTSUP", "EOPNOTSUPP"])
const AT_SYMLINK_NOFOLLOW = 0x100

// The attribute may grow between asking for its size and reading it: ERANGE, ask again.
function readSized(call: (buffer: Buffer | null, size: number) => number): Buffer {
  for (let attempt = 0; ; attempt++) {
    const buffer = Buffer.alloc(Math.max(1, call(null, 0)))
    try {
      return buffer.subarray(0, call(buffer, buffer.length))
    } catch (error) {
      if (errnoOf(error) !== "ERANGE" || attempt === 9) throw error
    }
  }
}

function writeTimespec(target: Buffer, offset: number, nanoseconds: bigint): void {
  const billion = 1_000_000_000n
  const rest = ((nanoseconds % billion) + billion) % billion
  target.writeBigInt64LE((nanoseconds - rest) / billion, offset)
  target.writeBigInt64LE(rest, offset + 8)
}

const callMknodat = bind({ symbol: "mknodat", result: "int", arguments: ["int", "const char*", "unsigned int", "unsigned long"] })
const callUtimensat = bind({ symbol: "utimensat", result: "int", arguments: ["int", "const char*", "void*", "int"] })
const callLgetxattr = bind({ symbol: "lgetxattr", result: "long", arguments: ["const char*", "const char*", "void*", "size_t"] })
const callLlistxattr = bind({ symbol: "llistxattr", result: "long", arguments: ["const char*", "void*", "size_t"] })
const callLsetxattr = bind({ symbol: "lsetxattr", result: "int", arguments: ["const char*", "const char*", "void*", "size_t", "int"] })
const callLremovexattr = bind({ symbol: "lremovexattr", result: "int", arguments: ["const char*", "const char*"] })
const callSyncfs = bindAsync({ symbol: "syncfs", result: "int", arguments: ["int"] })
