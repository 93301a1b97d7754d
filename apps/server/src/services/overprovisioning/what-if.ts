import { EngineError } from "@plimsoll/runtime"
import type { z } from "zod"
import { bounds } from "../../contract/bounds.js"
import type { OverprovisioningNow, WhatIf, WhatIfResource, whatIfInput } from "../../contract/overprovisioning.js"
import type { PlanTerms } from "../../contract/plans.js"
import { canPlaceExtra } from "../load-line/what-if/place-extra.js"
import { STEP_MS, STEPS_PER_DAY } from "../load-line/what-if/sale-courses.js"
import type { MetricsStore } from "../metrics/metrics-store.js"
import { answerInThread } from "./what-if/answer-in-thread.js"
import { createCourseDays } from "./what-if/day-courses.js"
import { HistoryCache } from "./what-if/history-cache.js"
import { OnePerUser } from "./what-if/one-per-user.js"
import type { PresentSale } from "./what-if/present-sales.js"
import { readSaleHistory, type SaleHistorySources } from "./what-if/read-sale-history.js"
import { whatIfRemarks, whatIfRemarkWords } from "./what-if/what-if-remarks.js"

const DEADLINE_MS = 10_000
const MOST_DAYS = 30

export interface WhatIfs {
  /**
   * This machine's own history once more, with other terms. A user has one question at a time: another takes the place of the one before, which
   * rejects with `aborted`. Rejects with `not_found` for a plan that there is not, and with `deadline_exceeded`.
   */
  ask(user: string, input: z.output<typeof whatIfInput>, signal?: AbortSignal): Promise<WhatIf>
}

export interface OpenWhatIfs extends WhatIfs {
  /** Reads the days that are over, so that the first question need not wait for it. */
  warm(): Promise<void>
}

export interface WhatIfDependencies extends Omit<SaleHistorySources, "days"> {
  store: Pick<MetricsStore, "readCourses" | "oldest">
  sales: () => Promise<readonly PresentSale[]>
  plans: () => Promise<readonly { id: string; name: string; terms: PlanTerms }[]>
  overprovisioning: { now(): Promise<OverprovisioningNow> }
  now: () => number
  /** Where the answer is computed; default: a thread of its own. */
  answer?: typeof answerInThread
}

export function createWhatIf(deps: WhatIfDependencies): OpenWhatIfs {
  const { answer = answerInThread } = deps
  const turns = new OnePerUser(DEADLINE_MS)
  const days = createCourseDays(deps.store)
  const histories = new HistoryCache((request) => readSaleHistory(request, { ...deps, days }))

  return {
    warm: async () => {
      await readSaleHistory({ sales: await deps.sales(), days: MOST_DAYS, now: deps.now(), withDisks: false }, { ...deps, days })
    },
    ask: (user, input, signal) =>
      turns.run(user, signal, async (running) => {
        const { resource, theta, ratio, capacityShare, seed } = input
        const present = await deps.overprovisioning.now()
        const extra = await extraSales(input, deps.plans)
        const sales = await deps.sales()
        const history = await histories.get({ sales, days: input.days, now: deps.now(), withDisks: resource === "disk" })
        const courses = history.courses[resource]
        const sold = sales.map(({ limits }) => limits[resource])
        const allocatable = capacityShare * (present.resources.find((line) => line.resource === resource)?.allocatable ?? 0)
        const { nap } = present.ladder.settings
        const request = { courses, sold, extra: extra.limits, allocatable, theta, ratio, seed, maximumPoints: bounds.seriesPoints }
        const { seenSteps, ...computed } = await answer({ request, highestCores: history.highestCores, nap }, running)
        const extraPlaced = canPlaceExtra(courses, sold)
        const remarks = whatIfRemarks({
          ...{ input, courses, sold, nap, extraPlaced },
          extra: extra.limits.length,
          unboundPlans: extra.unbound,
        })
        return {
          ...computed,
          refused: computed.refused + (extraPlaced ? 0 : extra.limits.length),
          days: Number(((seenSteps * STEP_MS) / (STEPS_PER_DAY * STEP_MS)).toFixed(2)),
          allocatable,
          remarks: remarks.map(whatIfRemarkWords),
          remarkFacts: remarks,
        }
      }),
  }
}

async function extraSales({ extra, resource }: z.output<typeof whatIfInput>, plans: WhatIfDependencies["plans"]) {
  if (extra.length === 0) return { limits: [], unbound: [] }
  const known = new Map((await plans()).map((plan) => [plan.id, plan]))
  const unbound = new Set<string>()
  const limits = extra.flatMap(({ plan: id, count }) => {
    const plan = known.get(id)
    if (plan === undefined)
      throw new EngineError("not_found", { facts: { plan: id }, publicMessage: "There is no such plan any more. Choose another." })
    const limit = limitOf(plan.terms, resource)
    if (limit === 0) unbound.add(plan.name)
    return Array.from({ length: count }, () => limit)
  })
  return { limits, unbound: [...unbound] }
}

function limitOf(terms: PlanTerms, resource: WhatIfResource): number {
  return { memory: terms.memoryMaxBytes, cpu: terms.cpuMaxCores, disk: terms.diskBytes }[resource]
}
