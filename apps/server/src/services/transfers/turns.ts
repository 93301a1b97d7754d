import { EngineError } from "@plimsoll/runtime"

/** Lets so many at once work for each key; the others wait for their turn in order of arrival. */
export class Turns {
  readonly #taken = new Map<string, number>()
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(private readonly atOnce: number) {}

  /** Resolves with what ends the turn. Rejects with `aborted` when the signal does before it begins. */
  async take(key: string, signal: AbortSignal): Promise<() => void> {
    const refused = () => new EngineError("aborted", { cause: signal.reason })
    if (signal.aborted) throw refused()
    const taken = this.#taken.get(key) ?? 0
    if (taken < this.atOnce) {
      this.#taken.set(key, taken + 1)
      return () => this.#end(key)
    }
    const queue = this.#waiting.get(key) ?? new Set()
    this.#waiting.set(key, queue)
    await new Promise<void>((resolve, reject) => {
      const begin = () => {
        signal.removeEventListener("abort", leave)
        resolve()
      }
      const leave = () => {
        queue.delete(begin)
        reject(refused())
      }
      queue.add(begin)
      signal.addEventListener("abort", leave, { once: true })
    })
    return () => this.#end(key)
  }

  /** The place goes to the next who waits, or becomes free. */
  #end(key: string): void {
    const queue = this.#waiting.get(key)
    for (const begin of queue ?? []) {
      queue?.delete(begin)
      begin()
      return
    }
    this.#waiting.delete(key)
    const taken = (this.#taken.get(key) ?? 1) - 1
    if (taken === 0) this.#taken.delete(key)
    else this.#taken.set(key, taken)
  }
}
