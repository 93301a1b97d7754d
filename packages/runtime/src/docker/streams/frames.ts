/** A piece of output as Docker multiplexes it. */
export interface Frame {
  stream: "stdout" | "stderr"
  data: Buffer
}

/**
 * Takes Docker's multiplexed output apart: each frame is a header of eight bytes (stream, three zeroes, big-endian length) and that
 * many bytes. Ends with the source; a frame that was cut off is dropped. (Docker Engine API, "Stream format")
 */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame, void, undefined> {
  let pending: Buffer = Buffer.alloc(0)
  for await (const chunk of source) {
    pending = pending.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([pending, chunk])
    while (pending.length >= headerBytes) {
      const end = headerBytes + pending.readUInt32BE(4)
      if (pending.length < end) break
      yield { stream: pending[0] === 2 ? "stderr" : "stdout", data: pending.subarray(headerBytes, end) }
      pending = pending.subarray(end)
    }
  }
}

/** Output of a terminal: one stream, as it comes. */
export async function* rawFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame, void, undefined> {
  for await (const chunk of source) yield { stream: "stdout", data: Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) }
}

const headerBytes = 8
