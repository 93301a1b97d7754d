import { slotOf } from "./slots.js"
import { type RingState, UseRing } from "./use-ring.js"

/** One reading of one resource of one container. Use has the unit of the limits: bytes, cores. */
export interface UseSample {
  id: string
  atMs: number
  use: number
}

/** The whole state, fit for JSON: 11 kB a container, whatever its age. */
export interface UseHistoryState {
  version: 1
  containers: Record<string, RingState>
}

/**
 * What a host's containers used of one resource in the last seven days: the only state behind a prediction. It knows no
 * clock: time is in the samples and in the question. `toState` and `fromState` carry it over a restart, after which every
 * prediction is the same.
 */
export class UseHistory {
  readonly #rings = new Map<string, UseRing>()

  /** Throws when the state is not one that `toState` gave. */
  static fromState(state: UseHistoryState): UseHistory {
    if (state.version !== 1) throw new Error(`The history of use has version ${String(state.version)}; this program reads version 1.`)
    const history = new UseHistory()
    for (const [id, ring] of Object.entries(state.containers)) history.#rings.set(id, UseRing.fromState(ring))
    return history
  }

  observe({ id, atMs, use }: UseSample): void {
    let ring = this.#rings.get(id)
    if (ring === undefined) {
      ring = new UseRing()
      this.#rings.set(id, ring)
    }
    ring.push(slotOf(atMs), use)
  }

  /** The container is gone for good; its use counts no more. */
  forget(id: string): void {
    this.#rings.delete(id)
  }

  /** The container's ring as of `slot`; undefined when it was never seen. */
  ring(id: string, slot: number): UseRing | undefined {
    return this.#rings.get(id)?.at(slot)
  }

  toState(): UseHistoryState {
    return { version: 1, containers: Object.fromEntries([...this.#rings].map(([id, ring]) => [id, ring.toState()])) }
  }
}
