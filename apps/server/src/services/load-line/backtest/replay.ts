import type { Predict, Prediction, SoldContainer } from "../predictor.js"
import { seededRandom, shuffled } from "../seeded-random.js"
import { SLOT_MS, SLOTS_PER_HOUR } from "../slots.js"
import { UseHistory } from "../use-history.js"
import { createOracle } from "./oracle.js"
import type { Trace } from "./trace.js"

export interface ReplayRequest {
  trace: Trace
  /** How many machines of the trace's mean limit the host could hold without overselling. */
  hostMachines: number
  theta: number
  seed: number
  predict: Predict
}

/** What came of one host. Shares are of 1; `docs/reference/backtest.md` defines each figure. */
export interface ReplayResult {
  sold: number
  soldAverage: number
  exhaustedShare: number
  worstOvershoot: number
  highestUse: number
  refusals: number
  violationRate: number
  severity: number
  savings: number
}

/**
 * Fills a host from empty to the end of the trace: each hour one machine of the trace, in an order that the seed decides,
 * asks to come in and is let in when the predicted peak with it fits into θ · capacity. The refused ask again after all
 * others. Nothing leaves. The predictor sees the samples of those who are in, up to the hour, and nothing else.
 */
export function replay({ trace, hostMachines, theta, seed, predict }: ReplayRequest): ReplayResult {
  const capacity = (hostMachines * trace.machines.reduce((sum, { limit }) => sum + limit, 0)) / trace.machines.length
  const history = new UseHistory()
  const present: Present[] = []
  const tally = new Tally(trace, capacity)
  let queue = shuffled(
    trace.machines.map((machine, row) => ({ ...machine, row })),
    seededRandom(seed),
  )
  let sold = 0
  for (let slot = 0; slot < trace.slots; slot++) {
    tally.use(observe(history, trace, present, slot), sold)
    if ((slot + 1) % SLOTS_PER_HOUR !== 0) continue
    const atMs = trace.startMs + slot * SLOT_MS
    const ask = (containers: readonly SoldContainer[]) => predict({ history, containers, atMs })
    const next = queue.findIndex(({ row }) => trace.missing[row * trace.slots + slot] === 0)
    const candidate = queue[next]
    let prediction: Prediction | undefined
    if (candidate !== undefined) {
      // Who does not exist yet in the trace cannot ask; they keep their place behind.
      queue = [...queue.slice(next + 1), ...queue.slice(0, next)]
      const withIt = ask([...present, candidate])
      if (withIt.peak <= theta * capacity) {
        prediction = withIt
        present.push(candidate)
        sold += candidate.limit
      } else {
        queue.push(candidate)
        tally.refusals++
      }
    }
    if (present.length > 0) tally.hour(slot, present, sold, (prediction ?? ask(present)).peak)
  }
  return tally.result(sold)
}

interface Present extends SoldContainer {
  row: number
}

/** Feeds what was sampled in this slot; returns what was used, sampled or not. */
function observe(history: UseHistory, trace: Trace, present: readonly Present[], slot: number): number {
  const atMs = trace.startMs + slot * SLOT_MS
  let sum = 0
  for (const { id, row } of present) {
    const place = row * trace.slots + slot
    const use = trace.use[place] as number
    sum += use
    if (trace.missing[place] === 0) history.observe({ id, atMs, use })
  }
  return sum
}

/** Adds up the figures on the way. */
class Tally {
  refusals = 0
  #soldSum = 0
  #exhausted = 0
  #highest = 0
  #hours = 0
  #violations = 0
  #severity = 0
  #savings = 0
  readonly #oracle: ReturnType<typeof createOracle>

  constructor(
    readonly trace: Trace,
    readonly capacity: number,
  ) {
    this.#oracle = createOracle(trace)
  }

  use(use: number, sold: number): void {
    this.#soldSum += sold
    if (use > this.capacity) this.#exhausted++
    this.#highest = Math.max(this.#highest, use)
  }

  hour(slot: number, present: readonly Present[], sold: number, peak: number): void {
    const truth = this.#oracle(slot, present)
    if (truth === undefined) return
    this.#hours++
    this.#savings += 1 - peak / sold
    if (truth <= peak) return
    this.#violations++
    this.#severity += (truth - peak) / truth
  }

  result(sold: number): ReplayResult {
    const { capacity, trace } = this
    const hours = Math.max(1, this.#hours)
    return {
      sold: sold / capacity,
      soldAverage: this.#soldSum / trace.slots / capacity,
      exhaustedShare: this.#exhausted / trace.slots,
      worstOvershoot: Math.max(0, this.#highest / capacity - 1),
      highestUse: this.#highest / capacity,
      refusals: this.refusals,
      violationRate: this.#violations / hours,
      severity: this.#severity / Math.max(1, this.#violations),
      savings: this.#savings / hours,
    }
  }
}
