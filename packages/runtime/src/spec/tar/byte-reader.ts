/** Pulls exact amounts out of a stream of chunks without joining more than it must. */
export class ByteReader {
  private readonly iterator: AsyncIterator<Uint8Array>
  private chunk: Buffer = Buffer.alloc(0)
  private position = 0
  private ended = false
  /** Bytes handed out so far. */
  consumedBytes = 0

  constructor(source: AsyncIterable<Uint8Array>) {
    this.iterator = source[Symbol.asyncIterator]()
  }

  /** Exactly `length` bytes, or fewer at the end of the stream. At once (no promise) when they are at hand. */
  read(length: number): Buffer | Promise<Buffer> {
    return this.chunk.length - this.position >= length ? this.take(length) : this.gather(length)
  }

  /** The next bytes as they come, at most `maximum`; empty at the end of the stream. */
  async readSome(maximum: number): Promise<Buffer> {
    if (this.position === this.chunk.length) await this.pull()
    return this.take(Math.min(maximum, this.chunk.length - this.position))
  }

  /** Reads and drops `length` bytes; resolves with how many there were. */
  async skip(length: number): Promise<number> {
    let left = length
    while (left > 0) {
      const piece = await this.readSome(left)
      if (piece.length === 0) break
      left -= piece.length
    }
    return length - left
  }

  /** Reads to the end; resolves with the number of bytes. */
  async drain(): Promise<number> {
    let total = 0
    for (;;) {
      const piece = await this.readSome(1 << 20)
      if (piece.length === 0) return total
      total += piece.length
    }
  }

  /** Lets the source go without reading on. */
  async close(): Promise<void> {
    this.ended = true
    await this.iterator.return?.()
  }

  private take(length: number): Buffer {
    const piece = this.chunk.subarray(this.position, this.position + length)
    this.position += length
    this.consumedBytes += length
    return piece
  }

  private async gather(length: number): Promise<Buffer> {
    const pieces: Buffer[] = []
    let missing = length
    while (missing > 0) {
      const piece = await this.readSome(missing)
      if (piece.length === 0) break
      pieces.push(piece)
      missing -= piece.length
    }
    return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
  }

  private async pull(): Promise<void> {
    while (!this.ended && this.position === this.chunk.length) {
      const next = await this.iterator.next()
      if (next.done === true) {
        this.ended = true
        return
      }
      this.chunk = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
      this.position = 0
    }
  }
}
