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
const SCATTER = 0.4

/**
 * Plimsoll's own predictor. Those seen for less than a day count with their full limits. All others count together:
 * the worst moment of the last seven days, where each is charged its peak for the time in which it was not seen, the young
 * `peak · (1 + 1/days seen)` and at most their limits; never more than the sum of those charges; and to it comes the
 * scatter. Young are those first seen less than seven days ago, and those not seen in half of them. Days seen are counted
 * in samples, so that neither a gap nor a clock that jumps makes anybody older. Who asks for one set again and again, as time
 * goes on, gives the same `memo` each time: the answer is the same, sooner.
 */
export function predictPlimsoll({ history, containers, atMs }: PredictionRequest, memo?: MomentMemo): Prediction {
  const slot = slotOf(atMs)
  const known: SeenContainer[] = []
  let floor = 0
  let charges = 0
  let squares = 0
  let young = 0
  for (const { id, limit } of containers) {
    const ring = history.ring(id, slot)
    if (ring === undefined || ring.seen < SLOTS_PER_DAY) {
      floor += limit
      continue
    }
    const peak = Math.min(limit, ring.peak)
    const age = Math.min(WINDOW_SLOTS, slot + 1 - ring.firstSlot)
    const isYoung = age < WINDOW_SLOTS || ring.seen < WINDOW_SLOTS / 2
    if (isYoung) young++
    const charge = isYoung ? Math.min(limit, peak * (1 + SLOTS_PER_DAY / ring.seen)) : peak
    known.push({ id, limit, ring, charge, steady: age - ring.seen <= SHORT_GAPS_SLOTS })
    charges += charge
    squares += charge * charge
  }
  const worst = worstMoment(known, slot, memo)
  const parts: PredictionPart[] = [
    { name: "seen", amount: worst.seen, containers: known.length },
    { name: "young", amount: Math.min(worst.charged, Math.max(0, charges - worst.seen)), containers: young },
    { name: "scatter", amount: SCATTER * Math.sqrt(squares), containers: known.length },
    { name: "floor", amount: floor, containers: containers.length - known.length },
  ]
  return boundedBy(sumLimits(containers), parts, containers.length)
}
