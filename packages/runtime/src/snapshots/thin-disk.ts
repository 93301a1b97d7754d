import { closeSync, openSync } from "node:fs"
import { type FileHandle, mkdir, open, readFile, rmdir, stat, statfs, truncate, writeFile } from "node:fs/promises"
import { basename, dirname } from "node:path"
import { EngineError, errnoOf, isEngineError } from "../errors.js"
import { syncFileSystem } from "../kernel/file-calls.js"
import { attachLoopDevice, refreshLoopCapacity } from "../kernel/loop-device.js"
import { detachMount, mount, mountFlags } from "../kernel/mount.js"
import { findMount } from "../kernel/mount-table.js"
import { hasCapability } from "../kernel/own-capability.js"
import { spawnTool } from "../kernel/spawn-tool.js"
import { toEngineError } from "../kernel/system-call-error.js"
import { readExt4Superblock } from "./ext4-superblock.js"

/**
 * A file system of a promised size that takes of the host only what is in it: ext4 in a sparse file, mounted through a loop device.
 *
 * ```
 *   makeThinDisk ─▶ file ─mountThinDisk▶ in use ─unmountThinDisk▶ file
 *                          grow, compact: while it is in use
 * ```
 * The file's blocks are what the host has given. Its file system may be larger than what is promised: the kernel then keeps the difference
 * from everybody (`reserved_clusters`, Documentation/ABI/testing/sysfs-fs-ext4). So is one that is made where this process lacks
 * CAP_SYS_RESOURCE, which ext4 asks for to grow in use: growing it is then to keep less of it. Operations on one disk are to be called one
 * after the other.
 */
export interface ThinDisk {
  /** The file. */
  image: string
  /** Where it is mounted while it is in use. */
  target: string
  /** Promised: what it may take of the host, with what the file system needs for itself. */
  sizeBytes: number
}

export interface ThinDiskFigures {
  /** What the file takes of the host's disk. */
  allocatedBytes: number
  /** In use inside; -1 when the file system cannot be read. */
  usedBytes: number
}

/** Sizes are whole blocks. */
export const THIN_DISK_BLOCK_BYTES = 4096

/** How much larger a disk can become in use where ext4 does not let it be enlarged. */
export const THIN_DISK_ROOM = 16

/** Whether disks can be enlarged in use without having been made larger (ext4_resize_begin of fs/ext4/resize.c). */
export function canEnlarge(): boolean {
  return hasCapability("CAP_SYS_RESOURCE")
}

/**
 * Makes the file, which must not exist. Nothing is reserved for root, and nothing is left to be initialised later, which would take blocks
 * of the host for nothing. Rejects with `tool_missing` or `disk_full`; what was made then is the caller's to remove.
 */
export async function makeThinDisk({ image, sizeBytes }: Omit<ThinDisk, "target">): Promise<void> {
  try {
    const file = await open(image, "wx", 0o600)
    await file.truncate(canEnlarge() ? sizeBytes : sizeBytes * THIN_DISK_ROOM)
    await file.close()
    // Room for later has no tables for inodes and no space for descriptors that would be taken from what is promised now.
    const shape = canEnlarge() ? ["-i", "16384"] : ["-i", "65536", "-O", "^resize_inode"]
    await spawnTool("mkfs.ext4", [
      ...["-q", "-F", "-m", "0", "-b", String(THIN_DISK_BLOCK_BYTES), ...shape],
      ...["-J", `size=${sizeBytes < 1 << 28 ? 4 : 16}`, "-E", "lazy_itable_init=0,lazy_journal_init=0", "-e", "remount-ro", "--", image],
    ])
  } catch (error) {
    throw hostDiskError(error, image)
  }
}

/**
 * Puts the disk into use; it is already: no effect. One that was not taken out of use in order (the host lost power) is checked before, and
 * put right where that loses nothing. Damage while it is in use makes it read-only and harms nobody else.
 *
 * `halfGrown`: a growth was cut off, the file is longer than the file system in it (by an odd rest, too, that ext4 has no use for).
 *
 * Rejects with `disk_corrupt` (the message has the command that repairs it), `conflict` (a check from before still works on it),
 * `mount_failed`, `tool_missing`, `disk_full`.
 */
export async function mountThinDisk(disk: ThinDisk): Promise<void> {
  const { image, target } = disk
  if (findMount(target) !== undefined) return
  const loop = attachLoopDevice(image)
  try {
    // The one that is a device already is mounted somewhere, or was until now: the kernel, which has it, does what is to be done.
    if (loop.isNew) await repair(loop.path, image)
    await mkdir(target, { recursive: true, mode: 0o711 })
    mount({ source: loop.path, target, type: "ext4", flags: mountFlags.noSuid | mountFlags.noDev, data: "errors=remount-ro" })
    await holdToSize(disk, loop.path)
  } catch (error) {
    await (await unmountThinDisk(disk)).gone
    throw translateMountError(error, image)
  } finally {
    loop.close()
  }
}

/**
 * Takes the disk out of use here; containers that have it go on with it until they end. Not in use: no effect. `gone`: all is written,
 * and the file nobody's, unless such a container has it.
 */
export async function unmountThinDisk({ target }: Pick<ThinDisk, "target">): Promise<{ gone: Promise<void> }> {
  const detached = findMount(target) === undefined ? { gone: Promise.resolve() } : await detachMount(target)
  await rmdir(target).catch(ignoreAbsent)
  return detached
}

/**
 * Makes the promise larger while the disk is in use: `disk.sizeBytes` is what it is to be. Cut off or failed, the disk is what it was, and
 * this can be repeated. Rejects with `unsupported` (it has no room left, and ext4 does not let this process enlarge it), `disk_full` or
 * `mount_failed`.
 */
export async function growThinDisk(disk: ThinDisk): Promise<void> {
  const { image, target, sizeBytes } = disk
  const device = findMount(target)?.source
  if (device === undefined) throw new EngineError("mount_failed", { facts: { op: "grow", target } })
  try {
    if ((await fileSystemBytes(device)) < sizeBytes) await enlarge(disk, device)
    await holdToSize(disk, device)
  } catch (error) {
    throw hostDiskError(error, image)
  }
}

/** Gives back to the host the blocks that nothing in the disk uses any more; to be called while it is in use. */
export async function compactThinDisk({
  image,
  target,
}: Omit<ThinDisk, "sizeBytes">): Promise<{ beforeBytes: number; afterBytes: number }> {
  // What is not written yet would be counted to neither side; what was deleted since the last commit of the journal would stay.
  await syncThinDisk(target)
  const beforeBytes = await allocatedBytes(image)
  await spawnTool("fstrim", ["--", target], { timeoutMs: COMPACT_TIMEOUT_MS })
  return { beforeBytes, afterBytes: await allocatedBytes(image) }
}

/** Figures of a disk, in use or not. One whose file is gone has none: a list of disks must not fail for one of them. */
export async function measureThinDisk({
  image,
  target,
}: Pick<ThinDisk, "image"> & { target: string | undefined }): Promise<ThinDiskFigures> {
  try {
    const { blocks } = await stat(image)
    return { allocatedBytes: blocks * 512, usedBytes: (await usedWhileMounted(target)) ?? (await usedAtUnmount(image)) }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return { allocatedBytes: 0, usedBytes: -1 }
    throw error
  }
}

const CHECK_TIMEOUT_MS = 600_000
const GROW_TIMEOUT_MS = 300_000
const COMPACT_TIMEOUT_MS = 600_000
/** Errors that ext4 gives for what it reads and cannot be (EINVAL: no superblock; EUCLEAN, EBADMSG: checksums). */
const damage = new Set(["EINVAL", "EUCLEAN", "EBADMSG", "EIO"])

function ignoreAbsent(error: unknown): void {
  if (errnoOf(error) !== "ENOENT") throw error
}

async function repair(device: string, image: string): Promise<void> {
  const superblock = await readExt4Superblock(image)
  if (superblock?.isClean === true) return
  // On the device and not on the file: a check that outlives this process then holds it, and nobody mounts it meanwhile.
  const { exitCode, stdout, stderr } = await spawnTool("e2fsck", ["-p", device], {
    acceptExitCodes: "any",
    timeoutMs: CHECK_TIMEOUT_MS,
  })
  // e2fsck(8): 1 and 2 are errors corrected.
  if (exitCode > 2) throw corrupt(image, `${stdout}\n${stderr}`.trim().slice(-2000))
}

async function enlarge({ image, sizeBytes }: ThinDisk, device: string): Promise<void> {
  if (!canEnlarge())
    throw new EngineError("unsupported", {
      facts: { image, sizeBytes },
      publicMessage: `On this host a disk can become ${THIN_DISK_ROOM} times as large as it was made, because the engine lacks CAP_SYS_RESOURCE, which growing further takes. Make a larger volume and copy the files, or run the engine with all capabilities of root.`,
    })
  // An earlier try may have come this far.
  if ((await stat(image)).size < sizeBytes) await truncate(image, sizeBytes)
  refreshLoopCapacity(device)
  await spawnTool("resize2fs", [device], { timeoutMs: GROW_TIMEOUT_MS, errorCode: "mount_failed" })
}

/** What the file system has more than is promised is nobody's; as little as the kernel's own default otherwise. */
async function holdToSize({ sizeBytes }: ThinDisk, device: string): Promise<void> {
  const blocks = (await fileSystemBytes(device)) / THIN_DISK_BLOCK_BYTES
  const reserve = Math.max(blocks - sizeBytes / THIN_DISK_BLOCK_BYTES, Math.min(Math.floor(blocks / 50), 4096))
  const control = `/sys/fs/ext4/${basename(device)}/reserved_clusters`
  if (Number(await readFile(control, "utf8")) !== reserve) await writeFile(control, String(reserve))
}

// The device's pages are the very ones that the mounted file system works on; the file's may be older.
async function fileSystemBytes(device: string): Promise<number> {
  return (await readExt4Superblock(device))?.sizeBytes ?? 0
}

function translateMountError(error: unknown, image: string): unknown {
  if (!isEngineError(error, "mount_failed")) return error
  const { errno } = error.facts
  if (errno === "EBUSY")
    return new EngineError("conflict", {
      facts: { image, errno },
      cause: error,
      publicMessage: `The disk ${image} is still being checked or written. Try again in a moment.`,
    })
  return typeof errno === "string" && damage.has(errno) ? corrupt(image, errno, error) : error
}

function corrupt(image: string, said: string, cause?: unknown): EngineError {
  return new EngineError("disk_corrupt", {
    facts: { image, said },
    cause,
    publicMessage: `The file system in ${image} is damaged and is not mounted; nothing in it was given up. Copy the file (cp --sparse=always), then repair it with: fsck.ext4 -f ${image}`,
  })
}

/** ENOSPC of the host while a tool worked for us is its last words only: LC_ALL=C makes them strerror(3)'s. */
function hostDiskError(error: unknown, image: string): EngineError {
  const said = isEngineError(error) && typeof error.facts.stderr === "string" ? error.facts.stderr : ""
  if (said.includes("No space left on device") || errnoOf(error) === "ENOSPC")
    return new EngineError("disk_full", {
      facts: { image },
      cause: error,
      publicMessage: `The host's disk has no room for ${image}. Free some space there, then try again.`,
    })
  return toEngineError(error, "internal", { image })
}

async function syncThinDisk(target: string): Promise<void> {
  const directory = openSync(target, "r")
  try {
    await syncFileSystem(directory)
  } finally {
    closeSync(directory)
  }
}

async function allocatedBytes(image: string): Promise<number> {
  return (await stat(image)).blocks * 512
}

// Through one descriptor, so that what is asked is what was looked at, whoever mounts or unmounts meanwhile.
async function usedWhileMounted(target: string | undefined): Promise<number | undefined> {
  if (target === undefined) return undefined
  let directory: FileHandle | undefined
  try {
    directory = await open(target, "r")
    if ((await directory.stat()).dev === (await stat(dirname(target))).dev) return undefined
    const { bsize, blocks, bfree } = await statfs(`/proc/self/fd/${directory.fd}`)
    return (blocks - bfree) * bsize
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined
    throw error
  } finally {
    await directory?.close()
  }
}

async function usedAtUnmount(image: string): Promise<number> {
  return (await readExt4Superblock(image))?.usedBytes ?? -1
}
