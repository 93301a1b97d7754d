import type { ByteReader } from "./byte-reader.js"
import { archiveInvalid } from "./tar-errors.js"
import { type SparsePiece, type TarHeader, tarBlockBytes } from "./tar-header.js"
import { readTarNumber } from "./tar-number.js"

/** GNU's old format (type `S`): four pieces in the header, more in records that follow it. */
export async function readOldSparseMap(reader: ByteReader, block: Buffer, header: TarHeader): Promise<void> {
  const pieces = piecesIn(block.subarray(386, 482))
  let extended = block[482] !== 0
  while (extended) {
    const next = await reader.read(tarBlockBytes)
    if (next.length < tarBlockBytes) throw archiveInvalid("it is cut off in the middle of a sparse map")
    pieces.push(...piecesIn(next.subarray(0, 504)))
    if (pieces.length > maximumPieces) throw tooMany()
    extended = next[504] !== 0
  }
  setSparse(header, pieces, readTarNumber(block.subarray(483, 495)) ?? -1)
}

/** GNU's PAX format 1.0: the data begins with decimal lines (count, then offset and length of each), padded to a record. */
export async function readDataSparseMap(reader: ByteReader, header: TarHeader, sparse: { realBytes: number }): Promise<void> {
  const numbers = new DecimalLines(reader, header)
  const count = await numbers.next()
  if (count > maximumPieces) throw tooMany()
  const pieces: SparsePiece[] = []
  for (let index = 0; index < count; index++) pieces.push({ offset: await numbers.next(), length: await numbers.next() })
  header.dataBytes -= numbers.consumedBytes
  setSparse(header, pieces, sparse.realBytes)
}

/** GNU's PAX format 0.1: one record with all numbers, joined by commas. */
export function readContinuedSparseMap(header: TarHeader, sparse: { realBytes: number; map: string }): void {
  const numbers = sparse.map === "" ? [] : sparse.map.split(",")
  if (numbers.length / 2 > maximumPieces) throw tooMany()
  const pieces: SparsePiece[] = []
  for (let index = 0; index + 1 < numbers.length; index += 2)
    pieces.push({ offset: decimal(numbers[index] ?? ""), length: decimal(numbers[index + 1] ?? "") })
  setSparse(header, pieces, sparse.realBytes)
}

const maximumPieces = 100_000

function setSparse(header: TarHeader, pieces: SparsePiece[], realBytes: number): void {
  let end = 0
  let stored = 0
  for (const piece of pieces) {
    if (piece.offset < end || piece.length < 0) throw archiveInvalid("a sparse map is out of order")
    end = piece.offset + piece.length
    stored += piece.length
  }
  if (end > realBytes || stored !== header.dataBytes || !Number.isSafeInteger(end))
    throw archiveInvalid("a sparse map does not fit its file")
  header.sizeBytes = realBytes
  header.sparse = pieces.filter((piece) => piece.length > 0)
}

function piecesIn(field: Buffer): SparsePiece[] {
  const pieces: SparsePiece[] = []
  for (let at = 0; at + 24 <= field.length && field[at] !== 0; at += 24) {
    const offset = readTarNumber(field.subarray(at, at + 12))
    const length = readTarNumber(field.subarray(at + 12, at + 24))
    if (offset === undefined || length === undefined) throw archiveInvalid("a number in a sparse map is malformed")
    pieces.push({ offset, length })
  }
  return pieces
}

class DecimalLines {
  consumedBytes = 0
  private text = ""

  constructor(
    private readonly reader: ByteReader,
    private readonly header: TarHeader,
  ) {}

  async next(): Promise<number> {
    for (;;) {
      const newline = this.text.indexOf("\n")
      if (newline >= 0) {
        const line = this.text.slice(0, newline)
        this.text = this.text.slice(newline + 1)
        return decimal(line)
      }
      if (this.consumedBytes + tarBlockBytes > this.header.dataBytes) throw archiveInvalid("a sparse map is longer than its entry")
      const block = await this.reader.read(tarBlockBytes)
      if (block.length < tarBlockBytes) throw archiveInvalid("it is cut off in the middle of a sparse map")
      this.consumedBytes += tarBlockBytes
      this.text += block.toString("latin1")
    }
  }
}

function decimal(text: string): number {
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw archiveInvalid("a number in a sparse map is malformed")
  return value
}

function tooMany(): Error {
  return archiveInvalid(`a sparse file has more than ${maximumPieces} pieces`)
}
