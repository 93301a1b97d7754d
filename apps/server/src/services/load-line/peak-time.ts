import { SLOT_MS, SLOTS_PER_HOUR, slotOf, WINDOW_SLOTS } from "./slots.js"
import type { UseRing } from "./use-ring.js"

const HOURS = 24
/** A rhythm needs so many days in which it was seen. */
const FEWEST_DAYS = 3
/** How far the worst hour must stand above the mean of all. */
const ABOVE_MEAN = 1.1

/**
 * When in the coming 24 hours use is expected to be highest: the beginning of the hour of the day whose peaks were highest on average (now, when that
 * hour is the present one). Undefined when fewer than three days were seen, or when no hour stands out by a tenth.
 */
export function peakTime(ring: UseRing | undefined, atMs: number): number | undefined {
  if (ring === undefined) return undefined
  const sums = new Float64Array(HOURS)
  const days = new Uint8Array(HOURS)
  const { hourPeaks, hourSeen } = ring
  // A ring is seven whole days, so that places of one hour of the day (UTC) are 24 apart.
  for (let hour = 0; hour < hourPeaks.length; hour++) {
    if ((hourSeen[hour] as number) === 0) continue
    sums[hour % HOURS] = (sums[hour % HOURS] as number) + (hourPeaks[hour] as number)
    days[hour % HOURS] = (days[hour % HOURS] as number) + 1
  }
  if (days.some((count) => count < FEWEST_DAYS)) return undefined
  const means = Array.from(sums, (sum, hour) => sum / (days[hour] as number))
  const highest = means.indexOf(Math.max(...means))
  const mean = means.reduce((total, one) => total + one, 0) / HOURS
  if (!((means[highest] as number) > mean * ABOVE_MEAN)) return undefined
  const present = Math.floor((slotOf(atMs) % WINDOW_SLOTS) / SLOTS_PER_HOUR) % HOURS
  const hourMs = SLOTS_PER_HOUR * SLOT_MS
  const hoursAway = (highest - present + HOURS) % HOURS
  return hoursAway === 0 ? atMs : Math.floor(atMs / hourMs) * hourMs + hoursAway * hourMs
}
