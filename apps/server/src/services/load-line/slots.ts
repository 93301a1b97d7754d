export const SLOT_MS = 5 * 60_000
export const SLOTS_PER_DAY = 288
export const SLOTS_PER_HOUR = SLOTS_PER_DAY / 24
/** What is kept of a container: seven days, so that a week's rhythm is in it. */
export const WINDOW_SLOTS = 7 * SLOTS_PER_DAY
export const WINDOW_HOURS = WINDOW_SLOTS / SLOTS_PER_HOUR

/** Number of the five-minute slot of the wall clock that holds `atMs` (milliseconds since 1970). */
export function slotOf(atMs: number): number {
  return Math.floor(atMs / SLOT_MS)
}
