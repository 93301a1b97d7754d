import type { WakeCause } from "@plimsoll/runtime"

const MOST_DOUBLINGS = 6
/** Causes that say that somebody wanted it awake. */
const wanted: readonly string[] = ["packet", "exec", "attach", "copy", "log", "request"] satisfies WakeCause[]

/** One that was woken sooner than it had been idle for before it napped should not have napped: each such time it must be idle for twice as long; a long sleep forgives all. */
export class NapPatience {
  readonly #quickWakes = new Map<string, number>()

  woke(id: string, { sleptMs, neededMs, cause }: { sleptMs: number; neededMs: number; cause: string }): void {
    if (!wanted.includes(cause)) return
    if (sleptMs >= neededMs) this.#quickWakes.delete(id)
    else this.#quickWakes.set(id, Math.min(MOST_DOUBLINGS, (this.#quickWakes.get(id) ?? 0) + 1))
  }

  /** How many times as long as usual. */
  times(id: string): number {
    return 2 ** (this.#quickWakes.get(id) ?? 0)
  }

  keep(ids: ReadonlyMap<string, unknown>): void {
    for (const id of this.#quickWakes.keys()) if (!ids.has(id)) this.#quickWakes.delete(id)
  }
}
