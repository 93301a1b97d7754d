import { describe, expect, it } from "vitest"
import { WINDOW_SLOTS } from "./slots.js"
import { UseRing } from "./use-ring.js"

/** Any slot well after 1970. */
const START = 5_000_000

function ringOf(uses: Record<number, number>): UseRing {
  const ring = new UseRing()
  for (const [slot, use] of Object.entries(uses)) ring.push(START + Number(slot), use)
  return ring
}

const at = (ring: UseRing, slot: number) => ring.values[(START + slot) % WINDOW_SLOTS]

describe("UseRing", () => {
  it("keeps the highest of a slot", () => {
    const ring = new UseRing()
    for (const use of [2, 5, 3]) ring.push(START, use)
    expect(at(ring, 0)).toBe(5)
    expect(ring.seen).toBe(1)
  })

  it("marks what was jumped over as a gap and invents no use for it", () => {
    const ring = ringOf({ 0: 1, 4: 1 })
    expect([0, 1, 2, 3, 4].map((slot) => at(ring, slot))).toEqual([1, Number.NaN, Number.NaN, Number.NaN, 1])
    expect(ring.seen).toBe(2)
  })

  it("holds seven days and no more, and its peak leaves with them", () => {
    const ring = ringOf({ 0: 9 })
    for (let slot = 1; slot < WINDOW_SLOTS; slot++) ring.push(START + slot, 1)
    expect([ring.seen, ring.peak]).toEqual([WINDOW_SLOTS, 9])
    ring.push(START + WINDOW_SLOTS, 2)
    expect([ring.seen, ring.peak]).toEqual([WINDOW_SLOTS, 2])
  })

  it("is made no older by a clock that jumps ahead: what was not seen does not count", () => {
    const ring = ringOf({ 0: 1, 1: 1 })
    ring.push(START + 1000, 1)
    expect(ring.seen).toBe(3)
  })

  it.each([
    ["a month ahead", 5 * WINDOW_SLOTS],
    ["back in 1970", 10 - START],
  ])("loses nothing to a clock that is %s for less than an hour, and starts anew with it after an hour", (_, away) => {
    const ring = ringOf({ 0: 4, 1: 5 })
    for (let slot = 0; slot < 11; slot++) for (let again = 0; again < 100; again++) ring.push(START + away + slot, 1)
    expect([ring.seen, ring.peak]).toEqual([2, 5])
    ring.push(START + 2, 3)
    expect([ring.seen, ring.peak]).toEqual([3, 5])
    for (let slot = 0; slot < 12; slot++) ring.push(START + away + slot, 1)
    expect([ring.seen, ring.peak, ring.firstSlot]).toEqual([1, 1, START + away + 11])
  })

  it("is not changed by being asked for another time", () => {
    const ring = ringOf({ 0: 4, 1: 5 })
    expect(ring.at(START + 1)).toBe(ring)
    expect(ring.at(START + WINDOW_SLOTS).seen).toBe(1)
    expect(ring.at(START + 9 * WINDOW_SLOTS).seen).toBe(0)
    expect([ring.seen, ring.peak]).toEqual([2, 5])
  })

  it("loses nothing and shrinks nothing when the clock is set back", () => {
    const ring = ringOf({ 0: 5, 10: 5 })
    ring.push(START + 4, 7)
    ring.push(START, 2)
    expect([at(ring, 0), at(ring, 4), at(ring, 10), ring.seen, ring.peak]).toEqual([5, 7, 5, 3, 7])
  })

  it("drops what is no use", () => {
    const ring = ringOf({ 0: 1 })
    for (const use of [Number.NaN, Number.POSITIVE_INFINITY, -1]) ring.push(START, use)
    expect([ring.seen, ring.peak]).toEqual([1, 1])
  })

  it("refuses a state that is cut off", () => {
    const state = ringOf({ 0: 1 }).toState()
    expect(() => UseRing.fromState({ ...state, values: state.values.slice(0, 100) })).toThrow(/8064 bytes/)
  })

  it.each([-1, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])("refuses a state in which somebody used %d", (use) => {
    const state = ringOf({ 0: 1 }).toState()
    const bytes = Buffer.from(state.values, "base64")
    bytes.writeFloatLE(use, (START % WINDOW_SLOTS) * 4)
    expect(() => UseRing.fromState({ ...state, values: bytes.toString("base64") })).toThrow("damaged")
  })
})
