import { close, closeSync, constants, ftruncateSync, openSync, write, writeSync } from "node:fs"
import { promisify } from "node:util"
import type { TarEntry } from "../../spec/tar/read-tar.js"
import type { SparsePiece } from "../../spec/tar/tar-header.js"

/** Called with the number of bytes about to be written; throws when a bound is passed. */
export type CountBytes = (bytes: number) => void

/** A fresh file, never through a link: the name must not exist. */
export function createExclusive(path: Buffer | string): number {
  return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
}

/** Writes an entry's data into the open file; holes of a sparse one stay holes. */
export async function writeFileData(fd: number, entry: TarEntry, count: CountBytes): Promise<void> {
  const { sparse, sizeBytes, dataBytes } = entry.header
  const put = dataBytes > inlineBytes ? writeFully : writeInline
  const place = sparse === undefined ? sequential() : scattered(sparse)
  for await (const piece of entry.data()) {
    count(piece.length)
    for (const { data, position } of place(piece)) await put(fd, data, position)
  }
  if (sparse !== undefined) ftruncateSync(fd, sizeBytes)
}

/** Closes off the event loop: closing a large file may wait for the disk. */
export async function closeFile(fd: number, sizeBytes: number): Promise<void> {
  if (sizeBytes > inlineBytes) await promisify(close)(fd)
  else closeSync(fd)
}

// A turn of the thread pool costs more than writing a small file into the page cache.
const inlineBytes = 1 << 18

interface PlacedBytes {
  data: Buffer
  position: number
}

function sequential(): (piece: Buffer) => PlacedBytes[] {
  let position = 0
  return (data) => {
    position += data.length
    return [{ data, position: position - data.length }]
  }
}

function scattered(pieces: readonly SparsePiece[]): (data: Buffer) => PlacedBytes[] {
  let index = 0
  let used = 0
  return (data) => {
    const placed: PlacedBytes[] = []
    for (let rest = data; rest.length > 0; ) {
      const piece = pieces[index]
      if (piece === undefined) break
      const part = rest.subarray(0, piece.length - used)
      placed.push({ data: part, position: piece.offset + used })
      rest = rest.subarray(part.length)
      used += part.length
      if (used === piece.length) {
        index++
        used = 0
      }
    }
    return placed
  }
}

const writeAsync = promisify(write)

async function writeFully(fd: number, data: Buffer, position: number): Promise<void> {
  for (let done = 0; done < data.length; ) done += (await writeAsync(fd, data, done, data.length - done, position + done)).bytesWritten
}

async function writeInline(fd: number, data: Buffer, position: number): Promise<void> {
  for (let done = 0; done < data.length; ) done += writeSync(fd, data, done, data.length - done, position + done)
}
