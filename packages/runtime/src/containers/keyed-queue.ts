/**
 * Runs operations of one key one after the other in order of arrival, those of different keys side by side. A failed
 * operation fails its own caller alone; the next one runs. Not re-entrant: an operation that waits for another one of
 * its own key would wait for ever.
 */
export class KeyedQueue {
  readonly #tails = new Map<string, Promise<void>>()

  run<T>(key: string, operation: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key)
    const result = before === undefined ? operation() : before.then(operation)
    const settled = (): void => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key)
    }
    const tail = result.then(settled, settled)
    this.#tails.set(key, tail)
    return result
  }

  /** Keys with an operation under way or waiting. */
  get busy(): number {
    return this.#tails.size
  }

  /** Resolves when nothing is under way; what arrives meanwhile is waited for too. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values())
  }
}
