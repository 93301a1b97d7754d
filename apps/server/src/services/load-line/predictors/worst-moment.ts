import { SLOTS_PER_HOUR, WINDOW_HOURS } from "../slots.js"
import type { UseRing } from "../use-ring.js"
import type { MomentMemo } from "./moment-memo.js"
import { type Moment, searchHours } from "./search-hours.js"

/** A container that is known for a week. Numbers in the unit of the limit. */
export interface SeenContainer {
  id: string
  limit: number
  ring: UseRing
  /** What it is charged in its gaps. */
  charge: number
  /** Seen but for short gaps: when several of these are missing at once, it was the sampler that failed, not they that were away. */
  steady: boolean
}

/** Share of the steady that may be missing in a slot that still tells something of the sum. */
const MISSING_SHARE = 0.1

/** The worst moment of seven days: what was seen of it, and what was charged for those who were not seen then. */
export interface WorstMoment extends Moment {
  seen: number
  charged: number
}

/**
 * The highest, over the last seven days, of what these containers took together, each charged `charge` where it was not
 * seen. Slots in which the sampler failed say nothing and are left out: those in which most was not seen, or more than a
 * tenth of the steady. When nothing is left, everybody is charged. A `memo` changes nothing but the time it takes.
 */
export function worstMoment(containers: readonly SeenContainer[], atSlot: number, memo?: MomentMemo): WorstMoment {
  const bounds = memo?.bounds(containers, atSlot) ?? boundsOf(containers)
  const worst = searchHours(bounds, (hour) => {
    const { moment, highest } = worstOfHour(containers, hour)
    memo?.note(hour, highest)
    return moment
  })
  if (worst !== undefined) return worst
  const charged = containers.reduce((total, { charge }) => total + charge, 0)
  return { sum: charged, seen: 0, charged }
}

/** What no moment of each hour exceeds, by the peaks of the hour. */
export function boundsOf(containers: readonly SeenContainer[], hours = ALL_HOURS): Float64Array {
  const bounds = new Float64Array(WINDOW_HOURS)
  for (const { ring, charge } of containers) {
    const { hourPeaks, hourSeen } = ring
    for (const hour of hours) {
      const peak = hourPeaks[hour] as number
      const whole = hourSeen[hour] === SLOTS_PER_HOUR
      bounds[hour] = (bounds[hour] as number) + (whole || peak > charge ? peak : charge)
    }
  }
  return bounds
}

const ALL_HOURS: readonly number[] = Array.from({ length: WINDOW_HOURS }, (_, hour) => hour)

/**
 * The worst moment of the hour, undefined when no slot of it says anything, and the highest sum of all its slots. Asked many times a prediction: what is
 * the same in all slots is added up once.
 */
function worstOfHour(containers: readonly SeenContainer[], hour: number): { moment?: WorstMoment; highest: number } {
  const from = hour * SLOTS_PER_HOUR
  const seen = new Float64Array(SLOTS_PER_HOUR)
  const charged = new Float64Array(SLOTS_PER_HOUR)
  // Limits of those seen (throughout, and in single slots), of those that were not, and of the steady among these.
  let knownThroughout = 0
  const known = new Float64Array(SLOTS_PER_HOUR)
  const missed = new Float64Array(SLOTS_PER_HOUR)
  const missedSteady = new Float64Array(SLOTS_PER_HOUR)
  for (const { ring, limit, charge, steady } of containers) {
    const { values } = ring
    if (ring.hourSeen[hour] === SLOTS_PER_HOUR) {
      knownThroughout += limit
      for (let index = 0; index < SLOTS_PER_HOUR; index++) seen[index] = (seen[index] as number) + (values[from + index] as number)
      continue
    }
    for (let index = 0; index < SLOTS_PER_HOUR; index++) {
      const value = values[from + index] as number
      if (value >= 0) {
        seen[index] = (seen[index] as number) + value
        known[index] = (known[index] as number) + limit
      } else {
        charged[index] = (charged[index] as number) + charge
        missed[index] = (missed[index] as number) + limit
        if (steady) missedSteady[index] = (missedSteady[index] as number) + limit
      }
    }
  }
  let moment: WorstMoment | undefined
  let highest = 0
  for (let index = 0; index < SLOTS_PER_HOUR; index++) {
    const sum = (seen[index] as number) + (charged[index] as number)
    const [there, away, failed] = [knownThroughout + (known[index] as number), missed[index] as number, missedSteady[index] as number]
    const blind = there === 0 || away > there || failed > MISSING_SHARE * (there + failed)
    highest = Math.max(highest, sum)
    if (!blind && (moment === undefined || sum > moment.sum))
      moment = { sum, seen: seen[index] as number, charged: charged[index] as number }
  }
  return { ...(moment && { moment }), highest }
}
