import { closeSync, constants, existsSync, fstatSync, openSync, readdirSync } from "node:fs"
import { errnoOf } from "../errors.js"
import { bind } from "./libc.js"
import { SystemCallError, toEngineError } from "./system-call-error.js"

/** A file as a block device, for as long as it is mounted or somebody has it open. */
export interface LoopDevice {
  /** `/dev/loopN`. */
  readonly path: string
  /** False: the file was a loop device already, in use by somebody whom this process need not know. */
  readonly isNew: boolean
  /** To be called once it is mounted, or not needed: the last user's end frees the device. */
  close(): void
}

/**
 * Makes a file a loop device, or opens the one that it is already: a file must never be two devices, whose caches would overwrite each
 * other. The kernel frees the device with its last user (LO_FLAGS_AUTOCLEAR), so that the death of this process leaves none behind;
 * losetup(8) has no word for that, which is why it is done here. Direct I/O keeps the files' pages from being cached twice; where the file
 * system below cannot do it, the kernel goes without. Linux 5.8 (LOOP_CONFIGURE).
 *
 * Rejects with `mount_failed` (facts: errno, path) or `disk_full`.
 */
export function attachLoopDevice(file: string): LoopDevice {
  let backing: number | undefined
  try {
    backing = openSync(file, constants.O_RDWR)
    return findLoopDevice(backing) ?? configureFreeDevice(backing, file)
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw toEngineError(error, "mount_failed", { op: "loop device", path: file }, `No loop device could be made of ${file} (${said}).`)
  } finally {
    if (backing !== undefined) closeSync(backing)
  }
}

/** Tells the device at `path` that its file has grown. */
export function refreshLoopCapacity(path: string): void {
  const device = openSync(path, constants.O_RDONLY)
  try {
    ioctl(device, LOOP_SET_CAPACITY, null)
  } catch (error) {
    throw toEngineError(error, "mount_failed", { op: "loop capacity", path })
  } finally {
    closeSync(device)
  }
}

/** Whether the kernel hands out loop devices to this process; throws SystemCallError or Node's own error when not. */
export function checkLoopControl(): void {
  const control = openSync(controlPath, constants.O_RDWR)
  try {
    ioctl(control, LOOP_CTL_GET_FREE, null)
  } finally {
    closeSync(control)
  }
}

function findLoopDevice(backing: number): LoopDevice | undefined {
  const file = fstatSync(backing, { bigint: true })
  for (const name of readdirSync("/sys/block")) {
    if (!name.startsWith("loop") || !existsSync(`/sys/block/${name}/loop/backing_file`)) continue
    const path = `/dev/${name}`
    const device = openIfBound(path)
    if (device === undefined) continue
    // What is open cannot be freed, so what is read now stays true.
    const bound = boundFile(device)
    if (bound?.device === file.dev && bound.inode === file.ino) return { path, isNew: false, close: () => closeSync(device) }
    closeSync(device)
  }
  return undefined
}

function configureFreeDevice(backing: number, file: string): LoopDevice {
  const control = openSync(controlPath, constants.O_RDWR)
  try {
    for (let attempt = 0; ; attempt++) {
      const path = `/dev/loop${ioctl(control, LOOP_CTL_GET_FREE, null)}`
      const device = openSync(path, constants.O_RDWR)
      try {
        ioctl(device, LOOP_CONFIGURE, configuration(backing, file))
        return { path, isNew: true, close: () => closeSync(device) }
      } catch (error) {
        closeSync(device)
        // Somebody else took it in between.
        if (errnoOf(error) !== "EBUSY" || attempt === 100) throw error
      }
    }
  } finally {
    closeSync(control)
  }
}

/** struct loop_config (linux/loop.h): descriptor, block size, struct loop_info64. */
function configuration(backing: number, file: string): Buffer {
  const config = Buffer.alloc(304)
  config.writeUInt32LE(backing, 0)
  config.writeUInt32LE(BLOCK_SIZE, 4)
  config.writeUInt32LE(LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO, infoOffset + 52)
  // For people who look at losetup -l: the end of the path, as the room is small.
  config.write(file.slice(-63), infoOffset + 56, 63, "latin1")
  return config
}

function boundFile(device: number): { device: bigint; inode: bigint } | undefined {
  const info = Buffer.alloc(232)
  try {
    ioctl(device, LOOP_GET_STATUS64, info)
  } catch (error) {
    if (errnoOf(error) === "ENXIO") return undefined
    throw error
  }
  return { device: info.readBigUInt64LE(0), inode: info.readBigUInt64LE(8) }
}

// Between the look at /sys and this it may have been freed.
function openIfBound(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY)
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === "ENXIO" || errno === "ENOENT" || errno === "EBUSY") return undefined
    throw error
  }
}

function ioctl(descriptor: number, request: number, argument: Buffer | null): number {
  try {
    return callIoctl(descriptor, request, argument)
  } catch (error) {
    throw error instanceof SystemCallError ? new SystemCallError(nameOf[request] ?? "ioctl", error.errno) : error
  }
}

const controlPath = "/dev/loop-control"
/** That of our file systems, and a multiple of what any disk below asks for in direct I/O. */
const BLOCK_SIZE = 4096
const infoOffset = 8
const LO_FLAGS_AUTOCLEAR = 4
const LO_FLAGS_DIRECT_IO = 16
const LOOP_GET_STATUS64 = 0x4c05
const LOOP_SET_CAPACITY = 0x4c07
const LOOP_CONFIGURE = 0x4c0a
const LOOP_CTL_GET_FREE = 0x4c82
const nameOf: Readonly<Record<number, string>> = {
  [LOOP_GET_STATUS64]: "LOOP_GET_STATUS64",
  [LOOP_SET_CAPACITY]: "LOOP_SET_CAPACITY",
  [LOOP_CONFIGURE]: "LOOP_CONFIGURE",
  [LOOP_CTL_GET_FREE]: "LOOP_CTL_GET_FREE",
}
const callIoctl = bind({ symbol: "ioctl", result: "int", arguments: ["int", "unsigned long", "void*"] })
