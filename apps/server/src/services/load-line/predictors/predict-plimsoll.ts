import { boundedBy, type Prediction, type PredictionPart, type PredictionRequest, sumLimits } from "../predictor.js"
import { SLOTS_PER_DAY, slotOf, WINDOW_SLOTS } from "../slots.js"
import type { MomentMemo } from "./moment-memo.js"
import { type SeenContainer, worstMoment } from "./worst-moment.js"

/** Gaps of a week that are not more than this are short: those of a sampler. */
const SHORT_GAPS_SLOTS = 2 * SLOTS_PER_DAY

/**
 * How far containers rise together above the worst moment of their week, in units of √Σ peak². If each passes its week's
 * peak by an amount of its own with a spread of this share of the peak, the sum's spread is just this: it shrinks against
 * the sum as more containers share a machine, which a fixed percentage does not.
 */
const SCATTER = 0.3

/**
 * Plimsoll's own predictor. Those seen for less than a day count with their full limits, the young each with
 * `peak · (1 + 1/days seen)`, at most their limits. All others count together: the worst moment of the last seven days, where
 * each is charged its peak for the time in which it was not seen. To it comes the scatter of both. Young are those first seen less than
 * seven days ago, and those not seen in half of them: what they do at the same time as others is not known yet. Days seen are counted
 * in samples, so that neither a gap nor a clock that jumps makes anybody older. Who asks for one set again and again, as time
 * goes on, gives the same `memo` each time: the answer is the same, sooner.
 */
export function predictPlimsoll({ history, containers, atMs }: PredictionRequest, memo?: MomentMemo): Prediction {
  const slot = slotOf(atMs)
  const mature: SeenContainer[] = []
  let squares = 0
  let young = 0
  let youngCharges = 0
  let floor = 0
  for (const { id, limit } of containers) {
    const ring = history.ring(id, slot)
    if (ring === undefined || ring.seen < SLOTS_PER_DAY) {
      floor += limit
      continue
    }
    const peak = Math.min(limit, ring.peak)
    const age = Math.min(WINDOW_SLOTS, slot + 1 - ring.firstSlot)
    if (age < WINDOW_SLOTS || ring.seen < WINDOW_SLOTS / 2) {
      young++
      const charge = Math.min(limit, peak * (1 + SLOTS_PER_DAY / ring.seen))
      youngCharges += charge
      squares += charge * charge
      continue
    }
    mature.push({ id, limit, ring, charge: peak, steady: age - ring.seen <= SHORT_GAPS_SLOTS })
    squares += peak * peak
  }
  const worst = worstMoment(mature, slot, memo)
  const parts: PredictionPart[] = [
    { name: "seen", amount: worst.seen, containers: mature.length },
    { name: "young", amount: youngCharges + worst.charged, containers: young },
    { name: "scatter", amount: SCATTER * Math.sqrt(squares), containers: mature.length + young },
    { name: "floor", amount: floor, containers: containers.length - mature.length - young },
  ]
  return boundedBy(sumLimits(containers), parts, containers.length)
}
