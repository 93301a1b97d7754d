import { boundedBy, type Prediction, type PredictionPart, type PredictionRequest, sumLimits } from "../predictor.js"
import { SLOTS_PER_DAY, SLOTS_PER_HOUR, slotOf, WINDOW_HOURS, WINDOW_SLOTS } from "../slots.js"
import type { UseRing } from "../use-ring.js"
import { searchHours } from "./search-hours.js"

/** What the sum may rise above its highest of seven days. */
const INCREASE = 1.1

/**
 * The predictor that Plimsoll was first designed with, kept to measure against: the mature (7 days and more) together
 * `min(ΣL, Σ peak7d, 1.1 · max over 7 d of their sum)`, the young `min(L, peak · (1 + 1/age in days))`, those of less than
 * 24 h their limits. Age is that of the first sample; a gap counts as no use.
 */
export function predictDesign(request: PredictionRequest): Prediction {
  return predict(request, (sum) => Math.min(sum.limits, sum.peaks, INCREASE * sum.highest))
}

/** The same without the bounds by limits and single peaks: "peak 7 d × 1.1 + young rule". */
export function predictPeak7(request: PredictionRequest): Prediction {
  return predict(request, (sum) => INCREASE * sum.highest)
}

interface MatureSum {
  limits: number
  peaks: number
  /** Highest of seven days of what they used together. */
  highest: number
}

function predict({ history, containers, atMs }: PredictionRequest, matureTogether: (sum: MatureSum) => number): Prediction {
  const slot = slotOf(atMs)
  const mature: UseRing[] = []
  let [limits, peaks, young, youngCount, floor] = [0, 0, 0, 0, 0]
  for (const { id, limit } of containers) {
    const ring = history.ring(id, slot)
    const age = ring === undefined ? 0 : slot + 1 - ring.firstSlot
    if (ring === undefined || age < SLOTS_PER_DAY) floor += limit
    else if (age < WINDOW_SLOTS) {
      young += Math.min(limit, ring.peak * (1 + SLOTS_PER_DAY / age))
      youngCount++
    } else {
      mature.push(ring)
      limits += limit
      peaks += ring.peak
    }
  }
  const parts: PredictionPart[] = [
    { name: "seen", amount: matureTogether({ limits, peaks, highest: highestTogether(mature) }), containers: mature.length },
    { name: "young", amount: young, containers: youngCount },
    { name: "floor", amount: floor, containers: containers.length - mature.length - youngCount },
  ]
  return boundedBy(sumLimits(containers), parts, containers.length)
}

/** Highest of seven days of what they used together; what was not seen counts as nothing. */
function highestTogether(rings: readonly UseRing[]): number {
  const bounds = new Float64Array(WINDOW_HOURS)
  for (const { hourPeaks } of rings) {
    for (let hour = 0; hour < bounds.length; hour++) bounds[hour] = (bounds[hour] as number) + (hourPeaks[hour] as number)
  }
  return searchHours(bounds, (hour) => ({ sum: worstOfHour(rings, hour) }))?.sum ?? 0
}

function worstOfHour(rings: readonly UseRing[], hour: number): number {
  let worst = 0
  for (let place = hour * SLOTS_PER_HOUR; place < (hour + 1) * SLOTS_PER_HOUR; place++) {
    let sum = 0
    for (const { values } of rings) {
      const value = values[place] as number
      if (value > 0) sum += value
    }
    worst = Math.max(worst, sum)
  }
  return worst
}
