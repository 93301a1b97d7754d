import { constants, readlinkSync, type Stats } from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { errnoOf } from "../../errors.js"
import { deviceNumber, getAttribute, listAttributes } from "../../kernel/file-calls.js"
import { encodeTarHeader, type TarWriteHeader, tarEnd, tarPadding } from "../../spec/tar/encode-tar-header.js"
import type { TarType } from "../../spec/tar/tar-header.js"
import { isPortableAttribute } from "../overlay-marks.js"
import { opaqueName, whiteoutPrefix } from "../unpack/whiteout-name.js"
import type { TreeChange } from "./tree-change.js"

/**
 * Changes as an OCI layer tar: deletions as `.wh.` files, opaque directories as `.wh..wh..opq`, hard links kept. `shift` turns ids on disk
 * into those of the image. Sockets are left out (tar has none), and so is what vanishes while
 * it is read; a file that shrinks is filled up with zeroes. (image-spec, layer.md)
 */
export async function* exportTree(changes: Iterable<TreeChange>, shift: IdShift = (id) => id): AsyncGenerator<Buffer, void, undefined> {
  const seen = new Map<string, Buffer>()
  const opaque = new Set<string>()
  for (const change of changes) {
    if (change.kind === "deleted") {
      if (!opaque.has(parentOf(change.path))) yield whiteoutFile(change.path)
      continue
    }
    const header = headerOf(change, shift)
    if (header === undefined) continue
    const linked = linkTo(change, seen)
    if (linked !== undefined) yield encodeTarHeader({ ...header, type: "hard-link", linkName: linked, dataBytes: 0, attributes: new Map() })
    else yield* entryWithData(change.source, header)
    if (change.opaque) {
      opaque.add(change.path)
      yield plainFile(`${change.path}/${opaqueName}`)
    }
  }
  yield tarEnd
}

/** An id on disk as an id of the image. */
export type IdShift = (id: number, kind: "uid" | "gid") => number

async function* entryWithData(source: Buffer, header: TarWriteHeader): AsyncGenerator<Buffer, void, undefined> {
  if (header.type !== "file") {
    yield encodeTarHeader(header)
    return
  }
  const file = await openFile(source)
  if (file === undefined) return
  try {
    const size = (await file.stat()).size
    yield encodeTarHeader({ ...header, dataBytes: size })
    yield* fileData(file, size)
    yield tarPadding(size)
  } finally {
    await file.close()
  }
}

// A container that runs may have removed it since it was looked at, or put a link, a pipe or a directory in its place.
async function openFile(source: Buffer): Promise<FileHandle | undefined> {
  try {
    const file = await open(source, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    if ((await file.stat()).isFile()) return file
    await file.close()
    return undefined
  } catch (error) {
    if (vanished.has(errnoOf(error) ?? "")) return undefined
    throw error
  }
}

const vanished = new Set(["ENOENT", "ENOTDIR", "ELOOP", "ENXIO", "EACCES", "EINVAL"])
const pieceBytes = 1 << 18

async function* fileData(file: FileHandle, size: number): AsyncGenerator<Buffer, void, undefined> {
  for (let done = 0; done < size; ) {
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, size - done))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, done)
    // It became shorter meanwhile: the header has promised this many bytes.
    if (bytesRead === 0) buffer.fill(0)
    const piece = bytesRead === 0 ? buffer : buffer.subarray(0, bytesRead)
    done += piece.length
    yield piece
  }
}

type Kept = Extract<TreeChange, { source: Buffer }>

function headerOf(change: Kept, shift: IdShift): TarWriteHeader | undefined {
  try {
    return describe(change, shift)
  } catch (error) {
    if (vanished.has(errnoOf(error) ?? "")) return undefined
    throw error
  }
}

function describe({ stats, source, path }: Kept, shift: IdShift): TarWriteHeader | undefined {
  const type = tarTypeOf(stats)
  if (type === undefined) return undefined
  const device = deviceNumber(stats.rdev)
  return {
    name: Buffer.from(path, "latin1"),
    type,
    mode: stats.mode & 0o7777,
    uid: shift(stats.uid, "uid"),
    gid: shift(stats.gid, "gid"),
    modifiedNs: BigInt(Math.trunc(stats.mtimeMs)) * 1_000_000n,
    linkName: type === "symlink" ? readlinkSync(source, { encoding: "buffer" }) : Buffer.alloc(0),
    deviceMajor: type.endsWith("device") ? device.major : 0,
    deviceMinor: type.endsWith("device") ? device.minor : 0,
    attributes: imageAttributes(source, shift),
  }
}

/** Kind of a tar entry; undefined for a socket. */
export function tarTypeOf(stats: Stats): TarType | undefined {
  if (stats.isFile()) return "file"
  if (stats.isDirectory()) return "directory"
  if (stats.isSymbolicLink()) return "symlink"
  if (stats.isFIFO()) return "fifo"
  if (stats.isCharacterDevice()) return "character-device"
  return stats.isBlockDevice() ? "block-device" : undefined
}

/** Extended attributes that a tar carries. */
export function attributesOf(path: Buffer): Map<string, Buffer> {
  const found = new Map<string, Buffer>()
  for (const name of listAttributes(path)) {
    const value = isPortableAttribute(name) ? getAttribute(path, name) : undefined
    if (value !== undefined) found.set(name, value)
  }
  return found
}

/** Extended attributes as an image has them. */
export function imageAttributes(source: Buffer, shift: IdShift): Map<string, Buffer> {
  const attributes = attributesOf(source)
  const capability = attributes.get(capabilityName)
  if (capability?.[3] !== 3) return attributes
  // Version 3 names the user namespace's root for whom it counts (capabilities(7)); an image's count for the container's own root,
  // and one that a nested namespace set must not become that.
  if (shift(capability.readUInt32LE(20), "uid") !== 0) attributes.delete(capabilityName)
  else attributes.set(capabilityName, Buffer.concat([capability.subarray(0, 3), Buffer.from([2]), capability.subarray(4, 20)]))
  return attributes
}

const capabilityName = "security.capability"

function linkTo(change: Kept, seen: Map<string, Buffer>): Buffer | undefined {
  if (change.stats.nlink < 2 || change.stats.isDirectory()) return undefined
  const key = `${change.stats.dev}:${change.stats.ino}`
  const first = seen.get(key)
  if (first === undefined) seen.set(key, Buffer.from(change.path, "latin1"))
  return first
}

function whiteoutFile(path: string): Buffer {
  const cut = path.lastIndexOf("/") + 1
  return plainFile(`${path.slice(0, cut)}${whiteoutPrefix}${path.slice(cut)}`)
}

function plainFile(path: string): Buffer {
  return encodeTarHeader({ name: Buffer.from(path, "latin1"), type: "file", mode: 0o644 })
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")))
}
