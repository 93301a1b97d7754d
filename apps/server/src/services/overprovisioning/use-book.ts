import { predictedResources } from "../../contract/overprovisioning.js"
import { SLOTS_PER_DAY, slotOf, WINDOW_SLOTS } from "../load-line/slots.js"
import { UseHistory } from "../load-line/use-history.js"
import { type RingState, UseRing } from "../load-line/use-ring.js"

export type PredictedResource = (typeof predictedResources)[number]

/** One sale's ring of one resource, as it is kept over a restart. */
export interface KeptRing {
  resource: PredictedResource
  sale: string
  state: RingState
}

/** The machine as a whole: the sum of all that was measured. Its ring tells since when the host is watched, and the rhythm of its days. */
export const WHOLE = "host"

/** What each sale used, five minutes by five minutes, of each resource that has a prediction. */
export class UseBook {
  readonly #histories: Record<PredictedResource, UseHistory>
  readonly #keys = new Set<string>()

  constructor(kept: readonly KeptRing[] = []) {
    const of = (resource: PredictedResource) => {
      const own = kept.filter((ring) => ring.resource === resource)
      return UseHistory.fromState({ version: 1, containers: Object.fromEntries(own.map(({ sale, state }) => [sale, state])) })
    }
    this.#histories = { memory: of("memory"), cpu: of("cpu"), disk: of("disk") }
    for (const { sale } of kept) this.#keys.add(sale)
  }

  observe(resource: PredictedResource, sale: string, atMs: number, use: number): void {
    this.#keys.add(sale)
    this.#histories[resource].observe({ id: sale, atMs, use })
  }

  history(resource: PredictedResource): UseHistory {
    return this.#histories[resource]
  }

  ring(resource: PredictedResource, sale: string, atMs: number): UseRing | undefined {
    return this.#histories[resource].ring(sale, slotOf(atMs))
  }

  /** Days since the machine was first watched, at most seven, and at most twice those that were seen: a clock that jumps makes no history. */
  historyDays(resource: PredictedResource, atMs: number): number {
    const ring = this.ring(resource, WHOLE, atMs)
    if (ring === undefined) return 0
    const age = Math.min(WINDOW_SLOTS, slotOf(atMs) + 1 - ring.firstSlot)
    return Math.min(age, 2 * ring.seen) / SLOTS_PER_DAY
  }

  /** How much of the time since the machine was first watched, at most seven days, was really seen: the rest are gaps. 1 in its first day. */
  seenShare(resource: PredictedResource, atMs: number): number {
    const ring = this.ring(resource, WHOLE, atMs)
    if (ring === undefined) return 1
    const age = Math.min(WINDOW_SLOTS, slotOf(atMs) + 1 - ring.firstSlot)
    return age < SLOTS_PER_DAY ? 1 : ring.seen / age
  }

  /** Forgets sales that are no more. Returns their keys. */
  keepOnly(present: ReadonlySet<string>): string[] {
    const gone = [...this.#keys].filter((key) => key !== WHOLE && !present.has(key))
    for (const key of gone) {
      this.#keys.delete(key)
      for (const resource of predictedResources) this.#histories[resource].forget(key)
    }
    return gone
  }

  /** Every ring there is, one at a time. */
  *kept(): Generator<KeptRing, void, void> {
    for (const sale of [...this.#keys])
      for (const resource of predictedResources) {
        const ring = this.#histories[resource].ring(sale, 0)
        if (ring !== undefined) yield { resource, sale, state: ring.toState() }
      }
  }
}

/** Throws for what is no ring. */
export function checkRing(state: RingState): void {
  UseRing.fromState(state)
}
