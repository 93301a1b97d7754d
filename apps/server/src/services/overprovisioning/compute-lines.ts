import type { LoadLineSettings, PredictedPart, ResourceLine, ResourceName } from "../../contract/overprovisioning.js"
import { loadLineResources } from "../../contract/overprovisioning.js"
import { computeLoadLine } from "../load-line/load-line.js"
import { peakTime } from "../load-line/peak-time.js"
import type { SoldContainer } from "../load-line/predictor.js"
import { predictPlimsoll } from "../load-line/predictors/predict-plimsoll.js"
import { SLOTS_PER_DAY } from "../load-line/slots.js"
import type { Amounts } from "./amounts.js"
import type { Capacity } from "./capacity.js"
import { type Sale, sumGuaranteed, sumSold } from "./sales.js"
import { type PredictedResource, type UseBook, WHOLE } from "./use-book.js"

export interface LineFacts {
  atMs: number
  capacity: Capacity
  settings: LoadLineSettings
  /** Of the disk what others use of the file system, which is kept from sale beside the reserve. */
  othersDiskBytes: number
  sales: readonly Sale[]
  book: UseBook
  /** Now; `null`: it could not be measured. */
  used: { [K in ResourceName]: number | null }
  /** Bytes that those who nap or hibernate would take if they woke. */
  wakeDebtBytes: number
  risks: { [K in ResourceName]?: ResourceLine["risk"] }
}

/** The line of each resource. Nothing but arithmetic: the same facts give the same lines. */
export function computeLines(facts: LineFacts): ResourceLine[] {
  const sold = sumSold(facts.sales)
  const guaranteed = sumGuaranteed(facts.sales)
  return loadLineResources.map((resource) => lineOf(resource, facts, { sold, guaranteed }))
}

function lineOf(resource: ResourceName, facts: LineFacts, sums: { sold: Amounts; guaranteed: Amounts }): ResourceLine {
  const { settings, atMs, book } = facts
  const capacity = facts.capacity[resource] ?? 0
  const reserve = Math.min(capacity, settings.reserve[resource] + (resource === "disk" ? facts.othersDiskBytes : 0))
  const allocatable = capacity - reserve
  const [theta, fallbackRatio] = [settings.theta[resource], settings.fallbackRatio[resource]]
  const [sold, used] = [sums.sold[resource], facts.used[resource]]
  const line = { resource, capacity, reserve, allocatable, sold, guaranteed: sums.guaranteed[resource], used, theta }
  if (resource === "pids") {
    const loadLine = fallbackRatio * allocatable
    const none = { predictedPeakAt: null, wakeDebt: 0, historyDays: 0, risk: null, predictedParts: [] }
    return { ...line, ...none, predictedPeak: used ?? 0, loadLine, headroom: loadLine - sold, decidedBy: "fallback" }
  }
  const wakeDebt = resource === "memory" ? facts.wakeDebtBytes : 0
  const historyDays = book.historyDays(resource, atMs)
  const { peak, parts, newcomers } = predict(resource, facts, allocatable)
  const decided = computeLoadLine({
    allocatable,
    theta,
    sold,
    predictedPeak: peak,
    predictedFloor: newcomers,
    wakeDebt,
    historyDays,
    fallbackRatio,
  })
  return {
    ...line,
    ...decided,
    predictedPeak: peak,
    predictedParts: parts,
    predictedPeakAt: peakTime(book.ring(resource, WHOLE, atMs), atMs) ?? null,
    wakeDebt,
    historyDays,
    risk: facts.risks[resource] ?? null,
  }
}

/** `newcomers`: how much of the peak is full limits of what was seen for less than a day. */
function predict(resource: PredictedResource, facts: LineFacts, allocatable: number) {
  const { atMs, book } = facts
  const { containers, young } = toPredict(facts, resource, allocatable)
  const { peak, parts } = predictPlimsoll({ history: book.history(resource), containers, atMs })
  const floor = parts.find(({ name }) => name === "floor")?.amount ?? 0
  const predictedParts: PredictedPart[] = parts.map(({ name, amount, containers: sales }) => ({ name, amount, sales }))
  return { peak, parts: predictedParts, newcomers: Math.min(peak, Math.max(0, floor - young)) }
}

/**
 * Those a prediction is made of. Best effort, of which nothing is promised, counts by what was seen: for its first day with twice its peak (the rule of
 * the young at an age of one day), later with what the predictor says, and the machine as its bound.
 */
export function toPredict(
  { sales, book, atMs }: Pick<LineFacts, "sales" | "book" | "atMs">,
  resource: PredictedResource,
  allocatable: number,
): { containers: SoldContainer[]; young: number } {
  const containers: SoldContainer[] = []
  let young = 0
  for (const { key, sold } of sales) {
    const limit = sold[resource]
    if (limit !== undefined) {
      containers.push({ id: key, limit })
      continue
    }
    const ring = book.ring(resource, key, atMs)
    if (ring === undefined || ring.seen === 0) continue
    const isYoung = ring.seen < SLOTS_PER_DAY
    const bound = isYoung ? Math.min(allocatable, 2 * ring.peak) : allocatable
    if (isYoung) young += bound
    containers.push({ id: key, limit: bound })
  }
  return { containers, young }
}
