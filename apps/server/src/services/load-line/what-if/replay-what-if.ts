import type { PredictionRequest } from "../predictor.js"
import { MomentMemo } from "../predictors/moment-memo.js"
import { predictPlimsoll } from "../predictors/predict-plimsoll.js"
import { SLOT_MS, SLOTS_PER_DAY, slotOf } from "../slots.js"
import { UseRing } from "../use-ring.js"
import { type ExtraSale, placeExtra } from "./place-extra.js"
import { type SaleCourses, STEP_MS, STEPS_PER_HOUR, stepOf } from "./sale-courses.js"
import { type WhatIfPoint, WhatIfTally } from "./what-if-tally.js"

export interface WhatIfRequest {
  courses: SaleCourses
  /** One a row of the courses: what it bought, in the unit of the courses. 0: nothing was promised, so that nobody could refuse it. */
  sold: readonly number[]
  /** What each extra sale buys. */
  extra: readonly number[]
  /** Capacity less reserve. */
  allocatable: number
  theta: number
  /** Times allocatable that may be sold at most; absent: the prediction alone decides. */
  ratio?: number | undefined
  seed: number
  maximumPoints: number
}

export interface WhatIfReplay {
  /** Quarter-hours in which anything was seen. */
  seenSteps: number
  /** Limits of those on the machine at the end ÷ allocatable. */
  sold: number
  /** Rows that were let in; an extra sale stands for the row whose use it has. */
  admitted: number[]
  refused: number
  exhaustedShare: number
  worstOvershoot: number
  points: WhatIfPoint[]
}

/**
 * Fills this machine once more from empty, with other terms. At the beginning of each hour those who have come ask, in order of their coming: the
 * present sales when they were first seen, the extra ones at times that the seed decides. Each is let in when the predicted peak with it fits into
 * θ · allocatable and what is sold into ratio · allocatable; the refused ask again each hour. From then on their use is what it was. The
 * predictor sees those who are in, up to the hour, and nothing else. The same request gives the same answer.
 */
export function replayWhatIf({ courses, sold, extra, allocatable, theta, ratio, seed, maximumPoints }: WhatIfRequest): WhatIfReplay {
  const pending = [...presentSales(courses, sold), ...placeExtra({ courses, sold, extra, seed })].sort((a, b) => a.firstStep - b.firstStep)
  const host = new ReplayedHost(courses, allocatable)
  const tally = new WhatIfTally({ courses, allocatable, maximumPoints })
  const soldAtMost = ratio === undefined ? Number.POSITIVE_INFINITY : ratio * allocatable
  let waiting: Sale[] = []
  let next = 0
  let peak = 0
  for (let step = 0; step < courses.steps; step++) {
    if (step % STEPS_PER_HOUR === 0) {
      while (next < pending.length && (pending[next] as Sale).firstStep <= step) waiting.push(pending[next++] as Sale)
      // One who was never seen counts with the whole limit, whoever else is there: one prediction tells of all who ask.
      let { bound, parts } = host.predict(step)
      const fits = (limit: number) =>
        limit === 0 || (Math.min(bound + limit, parts + limit) <= theta * allocatable && host.sold + limit <= soldAtMost)
      waiting = waiting.filter((sale) => {
        if (!fits(sale.limit)) return true
        host.admit(sale)
        bound += sale.limit
        parts += sale.limit
        return false
      })
      peak = Math.min(bound, parts)
    }
    const used = host.observe(step)
    if (courses.seenSteps[step] === 1) tally.step(step, { used, predictedPeak: peak, sold: host.sold })
  }
  return {
    ...tally.result(),
    sold: allocatable > 0 ? host.sold / allocatable : 0,
    admitted: host.rows,
    refused: waiting.length + pending.length - next,
  }
}

type Sale = ExtraSale

/** One that was promised something and never seen comes last of all: when is not known. One that was promised nothing and never seen is no sale. */
function presentSales({ firstSteps, steps }: SaleCourses, sold: readonly number[]): Sale[] {
  const newest = firstSteps.reduce((latest, first) => (first < steps ? Math.max(latest, first) : latest), 0)
  const sales = sold.map((limit, row) => ({ row, scale: 1, limit, firstStep: Math.min(newest, firstSteps[row] as number) }))
  const isSeen = ({ row }: Sale) => (firstSteps[row] as number) < steps
  return [...sales.filter(isSeen), ...sales.filter((sale) => !isSeen(sale) && sale.limit > 0)]
}

/** Those who are in, and what was seen of them. */
class ReplayedHost {
  sold = 0
  readonly #sales: (Sale & { id: string; ring: UseRing })[] = []
  readonly #rings = new Map<string, UseRing>()
  readonly #memo = new MomentMemo()

  constructor(
    private readonly courses: SaleCourses,
    private readonly allocatable: number,
  ) {}

  get rows(): number[] {
    return this.#sales.map(({ row }) => row)
  }

  admit(sale: Sale): void {
    const id = String(this.#sales.length)
    const ring = new UseRing()
    this.#rings.set(id, ring)
    this.#sales.push({ ...sale, id, ring })
    this.sold += sale.limit
  }

  /** What was predicted by what was seen before this step: its parts, and the bound that their sum is cut at. */
  predict(step: number): { bound: number; parts: number } {
    const containers = this.#sales.flatMap(({ id, limit, ring }) => {
      if (limit > 0) return [{ id, limit }]
      // Best effort counts by what was seen: on its first day with twice its peak, later with what the predictor says.
      if (ring.seen === 0) return []
      return [{ id, limit: ring.seen < SLOTS_PER_DAY ? Math.min(this.allocatable, 2 * ring.peak) : this.allocatable }]
    })
    const history: PredictionRequest["history"] = { ring: (id, slot) => this.#rings.get(id)?.at(slot) }
    const { parts } = predictPlimsoll({ history, containers, atMs: this.courses.startMs + step * STEP_MS - SLOT_MS }, this.#memo)
    let bound = 0
    for (const { limit } of containers) bound += limit
    return { bound, parts: parts.reduce((sum, part) => (part.name === "bound" ? sum : sum + part.amount), 0) }
  }

  /** Shows the predictor this step; returns what was used in it. */
  observe(step: number): number {
    const { courses } = this
    const first = slotOf(courses.startMs + step * STEP_MS)
    let used = 0
    for (const { row, scale, ring } of this.#sales) {
      if (courses.firstSteps[row] === courses.steps) continue
      const place = row * courses.steps + stepOf(courses, row, step)
      const highest = (courses.highest[place] as number) * scale
      // What was not seen of a single sale was not running, or nobody looked.
      if (Number.isNaN(highest)) continue
      for (let slot = first; slot < first + STEP_MS / SLOT_MS; slot++) ring.push(slot, highest)
      used += (courses.use[place] as number) * scale
    }
    return used
  }
}
