import { boundedBy, type Predict, type PredictionRequest, type SoldContainer, sumLimits } from "../predictor.js"
import { SLOTS_PER_DAY, slotOf, WINDOW_SLOTS } from "../slots.js"
import type { UseRing } from "../use-ring.js"

// The predictors of "Take it to the limit: peak prediction-driven resource overcommitment in datacenters" (Bashir et al.,
// EuroSys 2021), section 4, with its parameters: ten hours of history, two hours of warming up at the full limit.
const HISTORY_SLOTS = (10 * SLOTS_PER_DAY) / 24
const WARM_UP_SLOTS = (2 * SLOTS_PER_DAY) / 24

/** RC-like: the sum of each container's percentile (0–100), after Resource Central (Cortez et al., SOSP 2017). */
export function predictPercentiles(percentile: number): Predict {
  return (request) => {
    const { warm, cold, slot } = byWarmth(request)
    let sum = 0
    for (const { limit, ring } of warm) {
      const recent = recentUse(ring, slot)
      sum += Math.min(limit, recent[Math.ceil((percentile / 100) * recent.length) - 1] ?? 0)
    }
    return estimate(request, sum, warm.length, cold)
  }
}

/** N-sigma: mean plus `n` standard deviations of what they used together. */
export function predictSigma(n: number): Predict {
  return (request) => {
    const { warm, cold, slot } = byWarmth(request)
    const sums = new Float64Array(HISTORY_SLOTS)
    for (const { ring } of warm) {
      for (let index = 0; index < HISTORY_SLOTS; index++) {
        const value = ring.values[(slot - index) % WINDOW_SLOTS] as number
        if (value > 0) sums[index] = (sums[index] as number) + value
      }
    }
    const mean = sums.reduce((total, value) => total + value, 0) / HISTORY_SLOTS
    const variance = sums.reduce((total, value) => total + (value - mean) ** 2, 0) / HISTORY_SLOTS
    return estimate(request, mean + n * Math.sqrt(variance), warm.length, cold)
  }
}

/** The highest of several, as in production at Google: max(N-sigma, RC-like). */
export function predictHighest(predictors: readonly [Predict, ...Predict[]]): Predict {
  return (request) => predictors.map((predict) => predict(request)).reduce((highest, one) => (one.peak > highest.peak ? one : highest))
}

interface Warm {
  limit: number
  ring: UseRing
}

function byWarmth({ history, containers, atMs }: PredictionRequest): { warm: Warm[]; cold: SoldContainer[]; slot: number } {
  const slot = slotOf(atMs)
  const warm: Warm[] = []
  const cold: SoldContainer[] = []
  for (const container of containers) {
    const ring = history.ring(container.id, slot)
    if (ring === undefined || ring.seen < WARM_UP_SLOTS) cold.push(container)
    else warm.push({ limit: container.limit, ring })
  }
  return { warm, cold, slot }
}

/** What was seen in the last ten hours, smallest first. */
function recentUse(ring: UseRing, slot: number): Float64Array {
  const recent = new Float64Array(HISTORY_SLOTS)
  let count = 0
  for (let index = 0; index < HISTORY_SLOTS; index++) {
    const value = ring.values[(slot - index) % WINDOW_SLOTS] as number
    if (!Number.isNaN(value)) recent[count++] = value
  }
  return recent.subarray(0, count).sort()
}

function estimate({ containers }: PredictionRequest, amount: number, warm: number, cold: readonly SoldContainer[]) {
  return boundedBy(
    sumLimits(containers),
    [
      { name: "estimate", amount, containers: warm },
      { name: "floor", amount: sumLimits(cold), containers: cold.length },
    ],
    containers.length,
  )
}
