import { setImmediate as nextTurn } from "node:timers/promises"
import { predictedResources, type ResourceLine } from "../../contract/overprovisioning.js"
import { type Risk, resampleRisk } from "../load-line/resample-risk.js"
import { toPredict } from "./compute-lines.js"
import type { Sale } from "./sales.js"
import type { PredictedResource, UseBook } from "./use-book.js"

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
/** Putting days together holds up everything else: a tenth at a time. */
const PARTS = 10
const DAYS_A_PART = 100
/** Before a day was seen, all would be full limits. */
const FEWEST_DAYS = 1

export interface RiskFacts {
  atMs: number
  sales: readonly Sale[]
  book: UseBook
  lines: readonly ResourceLine[]
}

/** On how many of 1,000 days, put together from those that were seen, use would have passed what there is. Looked at once an hour. */
export class RiskWatch {
  #risks: { [K in PredictedResource]?: ResourceLine["risk"] } = {}
  #lookedAt = Number.NEGATIVE_INFINITY

  get risks(): { [K in PredictedResource]?: ResourceLine["risk"] } {
    return this.#risks
  }

  /** No effect within an hour of the last look. */
  async look({ atMs, sales, book, lines }: RiskFacts): Promise<void> {
    if (Math.abs(atMs - this.#lookedAt) < HOUR_MS) return
    this.#lookedAt = atMs
    const risks: { [K in PredictedResource]?: ResourceLine["risk"] } = {}
    for (const resource of predictedResources) {
      const line = lines.find((each) => each.resource === resource)
      if (line === undefined || line.allocatable <= 0 || line.historyDays < FEWEST_DAYS) continue
      const { containers } = toPredict({ sales, book, atMs }, resource, line.allocatable)
      const parts: Risk[] = []
      for (let part = 0; part < PARTS; part++) {
        const seed = Math.floor(atMs / DAY_MS) * PARTS + part
        parts.push(
          resampleRisk({ history: book.history(resource), containers, atMs, allocatable: line.allocatable, seed, days: DAYS_A_PART }),
        )
        await nextTurn()
      }
      risks[resource] = {
        days: PARTS * DAYS_A_PART,
        exceeded: parts.reduce((total, { exceeded }) => total + exceeded, 0),
        worstShare: Math.max(...parts.map(({ worst }) => worst)),
      }
    }
    this.#risks = risks
  }
}
