/**
 * Hands messages to one reader. While the reader is busy, what comes is merged into one waiting message, so that memory
 * stays bounded however slow it is.
 */
export class LatestQueue<T> {
  #waiting: T | undefined
  #wake: (() => void) | undefined
  #ended = false

  constructor(private readonly merge: (waiting: T, next: T) => T) {}

  push(message: T): void {
    this.#waiting = this.#waiting === undefined ? message : this.merge(this.#waiting, message)
    this.#wake?.()
  }

  /** What waits is still delivered. */
  end(): void {
    this.#ended = true
    this.#wake?.()
  }

  /** For one reader. Ends when `signal` aborts or after `end`. */
  async *read(signal: AbortSignal): AsyncGenerator<T, void, void> {
    const wake = () => this.#wake?.()
    signal.addEventListener("abort", wake)
    try {
      while (!signal.aborted) {
        const message = this.#waiting
        if (message !== undefined) {
          this.#waiting = undefined
          yield message
        } else if (this.#ended) return
        else await new Promise<void>((resolve) => (this.#wake = resolve))
      }
    } finally {
      signal.removeEventListener("abort", wake)
    }
  }
}
