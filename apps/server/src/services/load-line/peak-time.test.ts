import { describe, expect, it } from "vitest"
import { peakTime } from "./peak-time.js"
import { SLOT_MS, SLOTS_PER_DAY, SLOTS_PER_HOUR } from "./slots.js"
import { UseRing } from "./use-ring.js"

const HOUR_MS = 3_600_000
const START = 20_000 * SLOTS_PER_DAY

function ringOf(days: number, use: (hourOfDay: number) => number): UseRing {
  const ring = new UseRing()
  for (let slot = 0; slot < days * SLOTS_PER_DAY; slot++) ring.push(START + slot, use(Math.floor((slot % SLOTS_PER_DAY) / SLOTS_PER_HOUR)))
  return ring
}
const at = (days: number, hours: number) => (START + days * SLOTS_PER_DAY) * SLOT_MS + hours * HOUR_MS

describe("when the peak is expected", () => {
  const evening = (hour: number) => (hour === 20 ? 10 : 2)

  it("is the coming hour of the day that was worst on average", () => {
    const ring = ringOf(5, evening)
    expect(peakTime(ring, at(5, 3))).toBe(at(5, 20))
    expect(peakTime(ring, at(5, 21))).toBe(at(6, 20))
  })

  it("is now while that hour runs", () => {
    const now = at(5, 20) + 1000
    expect(peakTime(ringOf(5, evening), now)).toBe(now)
  })

  it("is not told of two days, of days without a rhythm, and of nothing", () => {
    expect(peakTime(ringOf(2, evening), at(2, 3))).toBeUndefined()
    expect(
      peakTime(
        ringOf(5, () => 3),
        at(5, 3),
      ),
    ).toBeUndefined()
    expect(peakTime(undefined, at(5, 3))).toBeUndefined()
  })
})
