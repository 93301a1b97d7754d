import type { FileHandle } from "node:fs/promises"
import { decodeRecord, type LogRecord } from "./decode-record.js"

const NEWLINE = 0x0a
const CHUNK_BYTES = 256 * 1024

/** A record with the place where it begins in its file. */
export interface PlacedRecord {
  record: LogRecord
  offset: number
}

/** Reads records forward from an offset. What is not yet ended by a newline is left for the next call. */
export class RecordReader {
  readonly #handle: FileHandle
  #offset: number

  constructor(handle: FileHandle, offset = 0) {
    this.#handle = handle
    this.#offset = offset
  }

  /** Up to the present end of the file. Bytes that are no record are passed over. */
  async *toEnd(): AsyncGenerator<PlacedRecord> {
    let rest = Buffer.alloc(0)
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES)
      const { bytesRead } = await this.#handle.read(chunk, 0, CHUNK_BYTES, this.#offset + rest.length)
      if (bytesRead === 0) return
      const data = rest.length === 0 ? chunk.subarray(0, bytesRead) : Buffer.concat([rest, chunk.subarray(0, bytesRead)])
      let start = 0
      for (let end = data.indexOf(NEWLINE); end >= 0; end = data.indexOf(NEWLINE, start)) {
        const record = decodeRecord(data.subarray(start, end))
        const offset = this.#offset
        this.#offset += end + 1 - start
        start = end + 1
        if (record !== undefined) yield { record, offset }
      }
      rest = Buffer.from(data.subarray(start))
    }
  }
}

/** Records of a file from the last to the first, reading no more than is asked for. */
export async function* recordsBackward(handle: FileHandle, size: number): AsyncGenerator<PlacedRecord> {
  let head = size
  let rest = Buffer.alloc(0)
  // What follows the last newline is a record that is still being written.
  let ended = false
  while (head > 0) {
    const length = Math.min(CHUNK_BYTES, head)
    const chunk = Buffer.allocUnsafe(length)
    await readFully(handle, chunk, head - length)
    head -= length
    const data = Buffer.concat([chunk, rest])
    let end = data.length
    for (
      let newline = data.lastIndexOf(NEWLINE, end - 1);
      newline >= 0 && end > 0;
      newline = end > 0 ? data.lastIndexOf(NEWLINE, end - 1) : -1
    ) {
      const record = ended ? decodeRecord(data.subarray(newline + 1, end)) : undefined
      ended = true
      if (record !== undefined) yield { record, offset: head + newline + 1 }
      end = newline
    }
    rest = Buffer.from(data.subarray(0, end))
  }
  const first = ended ? decodeRecord(rest) : undefined
  if (first !== undefined) yield { record: first, offset: 0 }
}

async function readFully(handle: FileHandle, target: Buffer, position: number): Promise<void> {
  for (let done = 0; done < target.length; ) {
    const { bytesRead } = await handle.read(target, done, target.length - done, position + done)
    if (bytesRead === 0) return
    done += bytesRead
  }
}
