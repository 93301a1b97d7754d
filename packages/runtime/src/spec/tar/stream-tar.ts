import { Readable } from "node:stream"
import { encodeTarHeader, tarEnd, tarPadding } from "./encode-tar-header.js"

/**
 * A tar of regular files, written as it is read: an entry is made when the reader has taken those before it. `modifiedAt`: epoch milliseconds.
 * Destroying it ends the source; an error of the source is the stream's.
 */
export function streamTar(entries: AsyncIterable<{ name: string; data: Buffer; modifiedAt: number }>): Readable {
  return Readable.from(blocks(entries), { objectMode: false })
}

async function* blocks(
  entries: AsyncIterable<{ name: string; data: Buffer; modifiedAt: number }>,
): AsyncGenerator<Buffer, void, undefined> {
  for await (const { name, data, modifiedAt } of entries) {
    const modifiedNs = BigInt(Math.floor(modifiedAt)) * 1_000_000n
    yield encodeTarHeader({ name: Buffer.from(name), type: "file", mode: 0o644, dataBytes: data.length, modifiedNs })
    if (data.length > 0) yield data
    if (data.length % 512 !== 0) yield tarPadding(data.length)
  }
  yield tarEnd
}
