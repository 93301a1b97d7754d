import type { SoldContainer } from "./predictor.js"
import { seededRandom } from "./seeded-random.js"
import { SLOTS_PER_DAY, slotOf, WINDOW_SLOTS } from "./slots.js"
import type { UseHistory } from "./use-history.js"
import type { UseRing } from "./use-ring.js"

export interface RiskRequest {
  history: UseHistory
  containers: readonly SoldContainer[]
  atMs: number
  /** What the machine has, in the unit of the limits. */
  allocatable: number
  seed: number
  /** How many days are put together; 1,000 when not said. */
  days?: number
}

const WINDOW_DAYS = WINDOW_SLOTS / SLOTS_PER_DAY

/** "On `exceeded` of `days` resampled days use would have passed what this machine has." */
export interface Risk {
  days: number
  exceeded: number
  /** Highest use of all resampled days ÷ allocatable. */
  worst: number
  /** Fewest days that any container was seen; below 1 it counts with its full limit. */
  fewestDaysSeen: number
}

/**
 * Puts days together from the days that were seen (a block bootstrap, the block being a day). Every second resampled day
 * is one and the same day for all, so that what rises together stays together; on the others each container takes one of
 * its own last seven days by itself, so that days which were bad for different containers can meet. Within its day each
 * container keeps its course. A slot that was not seen counts with the container's highest use, a container seen for less
 * than a day with its limit. The same seed gives the same answer.
 */
export function resampleRisk({ history, containers, atMs, allocatable, seed, days = 1000 }: RiskRequest): Risk {
  const slot = slotOf(atMs)
  const random = seededRandom(seed)
  let floor = 0
  let fewestDaysSeen = Number.POSITIVE_INFINITY
  const known: (Float64Array | undefined)[][] = []
  for (const { id, limit } of containers) {
    const ring = history.ring(id, slot)
    fewestDaysSeen = Math.min(fewestDaysSeen, (ring?.seen ?? 0) / SLOTS_PER_DAY)
    if (ring === undefined || ring.seen < SLOTS_PER_DAY) floor += limit
    else known.push(seenDays(ring, slot, limit))
  }
  let exceeded = 0
  let highest = floor
  const sums = new Float64Array(SLOTS_PER_DAY)
  for (let day = 0; day < days; day++) {
    sums.fill(floor)
    const common = day % 2 === 0 ? Math.floor(random() * WINDOW_DAYS) : undefined
    for (const own of known) {
      const drawn = (common === undefined ? undefined : own[common]) ?? anyOf(own, random)
      for (let index = 0; index < SLOTS_PER_DAY; index++) sums[index] = (sums[index] as number) + (drawn[index] as number)
    }
    const peak = sums.reduce((most, sum) => Math.max(most, sum), 0)
    if (peak > allocatable) exceeded++
    highest = Math.max(highest, peak)
  }
  return {
    days,
    exceeded,
    worst: allocatable > 0 ? highest / allocatable : highest > 0 ? Number.POSITIVE_INFINITY : 0,
    fewestDaysSeen: containers.length === 0 ? 0 : fewestDaysSeen,
  }
}

/** One of the days that there are. */
function anyOf(days: readonly (Float64Array | undefined)[], random: () => number): Float64Array {
  const there = days.filter((day) => day !== undefined)
  return there[Math.floor(random() * there.length)] as Float64Array
}

/** The seven days back from `slot`, undefined where less than half of a day was seen; if that is all of them, one day at the highest use. */
function seenDays(ring: UseRing, slot: number, limit: number): (Float64Array | undefined)[] {
  const peak = Math.min(limit, ring.peak)
  const days = Array.from({ length: WINDOW_DAYS }, (_, back) => seenDay(ring.values, slot - back * SLOTS_PER_DAY, peak))
  return days.some((day) => day !== undefined) ? days : [new Float64Array(SLOTS_PER_DAY).fill(peak)]
}

/** The 24 hours up to `slot` by time of day, so that days of different containers lie over each other. */
function seenDay(values: Float32Array, slot: number, peak: number): Float64Array | undefined {
  const day = new Float64Array(SLOTS_PER_DAY).fill(peak)
  let seen = 0
  for (let at = slot - SLOTS_PER_DAY + 1; at <= slot; at++) {
    const value = values[at % WINDOW_SLOTS] as number
    if (Number.isNaN(value)) continue
    day[at % SLOTS_PER_DAY] = value
    seen++
  }
  return seen * 2 >= SLOTS_PER_DAY ? day : undefined
}
