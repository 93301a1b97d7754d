import { ByteReader } from "./byte-reader.js"
import { parsePaxRecords } from "./pax-records.js"
import { archiveInvalid } from "./tar-errors.js"
import { applyExtensions, type Extensions } from "./tar-extensions.js"
import { type TarHeader, tarBlockBytes, tarChecksum, tarPaddingBytes, tarTypeOfFlag } from "./tar-header.js"
import { readTarNumber } from "./tar-number.js"
import { readContinuedSparseMap, readDataSparseMap, readOldSparseMap } from "./tar-sparse.js"

/** An entry while it passes by: its data must be read before the next one is asked for; what is left unread is skipped. */
export interface TarEntry {
  header: TarHeader
  /** The stored data in pieces: the file's bytes, or, of a sparse file, the bytes of its pieces one after the other. */
  data(): AsyncIterable<Buffer>
}

export interface ReadTarOptions {
  /** Refuse an archive that ends without its end mark: then it may have been cut off between two entries. */
  requireEnd?: boolean
}

/**
 * Reads a tar stream (POSIX pax and ustar, GNU long names and sparse files, old V7) entry by entry, without holding more than one record and
 * one header in memory. After the end mark the stream is read to its end, so that digests see all of it.
 * Throws `archive_invalid`. (POSIX.1-2017 pax; GNU tar manual, Basic Tar Format)
 */
export async function* readTar(source: AsyncIterable<Uint8Array>, options: ReadTarOptions = {}): AsyncGenerator<TarEntry, void, undefined> {
  const reader = new ByteReader(source)
  try {
    for (;;) {
      const header = await nextHeader(reader, options)
      if (header === undefined) break
      const body = new EntryData(reader, header)
      yield { header, data: () => body.pieces() }
      await body.finish()
    }
    await reader.drain()
  } finally {
    await reader.close()
  }
}

// PAX headers and long names of GNU tar and Go are bounded alike (Go's archive/tar: 1 MiB).
const maximumExtensionBytes = 1 << 20

async function nextHeader(reader: ByteReader, options: ReadTarOptions): Promise<TarHeader | undefined> {
  const extensions: Extensions = {}
  for (;;) {
    const pending = reader.read(tarBlockBytes)
    const block = pending instanceof Promise ? await pending : pending
    if (block.length === 0) return endOfStream(extensions, options)
    if (block.length < tarBlockBytes) throw archiveInvalid("it is cut off in the middle of a header", { offset: reader.consumedBytes })
    if (isZero(block)) return undefined
    verifyChecksum(block, reader.consumedBytes)
    const flag = String.fromCharCode(block[156] ?? 0)
    const extension = extensionFlags[flag]
    if (extension === undefined) return entryHeader(reader, block, { flag, extensions })
    const data = await readExtension(reader, block)
    if (extension === "pax") extensions.pax = parsePaxRecords(data)
    else if (extension !== "ignored") extensions[extension] = upToNul(data)
  }
}

// `g` (global PAX header) is ignored as Go's archive/tar does for names; git and podman put only comments there.
const extensionFlags: Readonly<Record<string, "pax" | "longName" | "longLink" | "ignored">> = {
  x: "pax",
  X: "pax",
  L: "longName",
  K: "longLink",
  g: "ignored",
}

function endOfStream(extensions: Extensions, options: ReadTarOptions): undefined {
  const dangling = extensions.pax !== undefined || extensions.longName !== undefined || extensions.longLink !== undefined
  if (dangling || options.requireEnd === true) throw archiveInvalid("it is cut off: its end mark is missing")
  return undefined
}

async function entryHeader(reader: ByteReader, block: Buffer, options: { flag: string; extensions: Extensions }): Promise<TarHeader> {
  const type = tarTypeOfFlag[options.flag]
  if (type === undefined) throw archiveInvalid("it has an entry of an unknown kind", { flag: options.flag.charCodeAt(0) })
  const isUstar = block.toString("latin1", 257, 262) === "ustar"
  const isGnu = isUstar && block.toString("latin1", 262, 264) === " \0"
  const header: TarHeader = {
    name: isUstar && !isGnu ? joinPrefix(text(block, 345, 155), text(block, 0, 100)) : text(block, 0, 100),
    type,
    linkName: text(block, 157, 100),
    mode: number(block, 100, 8) & 0o7777,
    uid: number(block, 108, 8),
    gid: number(block, 116, 8),
    dataBytes: number(block, 124, 12),
    sizeBytes: 0,
    modifiedNs: BigInt(number(block, 136, 12)) * 1_000_000_000n,
    deviceMajor: isUstar ? number(block, 329, 8) : 0,
    deviceMinor: isUstar ? number(block, 337, 8) : 0,
    attributes: new Map(),
  }
  const sparseFormat = applyExtensions(header, options.extensions)
  if (header.dataBytes < 0) throw archiveInvalid("an entry has a negative size")
  normaliseType(header)
  header.sizeBytes = header.dataBytes
  if (options.flag === "S") await readOldSparseMap(reader, block, header)
  else if (sparseFormat?.format === "data") await readDataSparseMap(reader, header, sparseFormat)
  else if (sparseFormat?.format === "pax") readContinuedSparseMap(header, sparseFormat)
  return header
}

// V7 has no directories: a name with a slash at its end is one. Links and devices have no data, whatever their size field says (Go's archive/tar).
function normaliseType(header: TarHeader): void {
  if (header.type === "file" && header.name.at(-1) === 0x2f) header.type = "directory"
  if (header.type !== "file") header.dataBytes = 0
}

class EntryData {
  private left: number
  private readonly padding: number

  constructor(
    private readonly reader: ByteReader,
    header: TarHeader,
  ) {
    this.left = header.dataBytes
    this.padding = tarPaddingBytes(header.dataBytes)
  }

  async *pieces(): AsyncGenerator<Buffer, void, undefined> {
    while (this.left > 0) {
      const piece = await this.reader.readSome(this.left)
      if (piece.length === 0) throw cutOffInFile()
      this.left -= piece.length
      yield piece
    }
  }

  async finish(): Promise<void> {
    const rest = this.left + this.padding
    if (rest > 0 && (await this.reader.skip(rest)) < rest) throw cutOffInFile()
    this.left = 0
  }
}

function cutOffInFile(): Error {
  return archiveInvalid("it is cut off in the middle of a file")
}

async function readExtension(reader: ByteReader, block: Buffer): Promise<Buffer> {
  const size = number(block, 124, 12)
  if (size < 0 || size > maximumExtensionBytes) throw archiveInvalid("an extended header is too large", { size, maximumExtensionBytes })
  const padded = size + tarPaddingBytes(size)
  const data = await reader.read(padded)
  if (data.length < padded) throw archiveInvalid("it is cut off in the middle of an extended header")
  // The reader's memory is reused by nobody, but a view would keep a whole chunk alive as long as a name lives.
  return Buffer.from(data.subarray(0, size))
}

function verifyChecksum(block: Buffer, offset: number): void {
  const stored = readTarNumber(block.subarray(148, 156))
  if (stored === tarChecksum(block)) return
  // Some old writers summed signed bytes.
  let signed = 8 * 0x20
  for (let index = 0; index < tarBlockBytes; index++) if (index < 148 || index >= 156) signed += block.readInt8(index)
  if (stored !== signed)
    throw archiveInvalid("a header's checksum is wrong: it is no tar archive, or damaged", { offset: offset - tarBlockBytes })
}

function isZero(block: Buffer): boolean {
  return block.every((byte) => byte === 0)
}

function number(block: Buffer, offset: number, length: number): number {
  const value = readTarNumber(block.subarray(offset, offset + length))
  if (value === undefined) throw archiveInvalid("a number in a header is malformed", { field: offset })
  return value
}

function text(block: Buffer, offset: number, length: number): Buffer {
  return Buffer.from(upToNul(block.subarray(offset, offset + length)))
}

function upToNul(field: Buffer): Buffer {
  const end = field.indexOf(0)
  return end < 0 ? field : field.subarray(0, end)
}

function joinPrefix(prefix: Buffer, name: Buffer): Buffer {
  return prefix.length === 0 ? name : Buffer.concat([prefix, Buffer.from("/"), name])
}
