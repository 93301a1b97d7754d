import type { Readable } from "node:stream"

/** Collects a stream up to a bound and goes on reading past it, so that the writer never blocks. */
export class BoundedOutput {
  truncated = false
  readonly #chunks: Buffer[] = []
  #left: number

  constructor(stream: Readable | null, maximumBytes: number) {
    this.#left = maximumBytes
    stream?.on("data", (chunk: Buffer) => this.#take(chunk))
  }

  bytes(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  text(): string {
    return this.bytes().toString("utf8")
  }

  #take(chunk: Buffer): void {
    if (chunk.length > this.#left) this.truncated = true
    const kept = chunk.subarray(0, this.#left)
    this.#left -= kept.length
    if (kept.length > 0) this.#chunks.push(kept)
  }
}
