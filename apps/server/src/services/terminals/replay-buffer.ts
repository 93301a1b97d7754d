/** The last bytes of a stream, at most `capacity`: what a reader who comes back sees first. */
export class ReplayBuffer {
  readonly #chunks: Buffer[] = []
  #bytes = 0

  constructor(private readonly capacity: number) {}

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
    while (this.#bytes - (this.#chunks[0]?.length ?? 0) >= this.capacity) this.#bytes -= this.#chunks.shift()?.length ?? 0
  }

  /** From the beginning of a line, where there is one: a cut escape sequence would garble the screen. */
  read(): Buffer {
    const all = Buffer.concat(this.#chunks)
    if (all.length <= this.capacity) return all
    const cut = all.subarray(all.length - this.capacity)
    const newline = cut.indexOf(0x0a)
    return newline === -1 ? cut : cut.subarray(newline + 1)
  }
}
