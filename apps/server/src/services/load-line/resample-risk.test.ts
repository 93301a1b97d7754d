import { describe, expect, it } from "vitest"
import { resampleRisk } from "./resample-risk.js"
import { SLOT_MS, SLOTS_PER_DAY } from "./slots.js"
import { UseHistory } from "./use-history.js"

const START_MS = 1_700_006_400_000
const containers = ["a", "b"].map((id) => ({ id, limit: 10 }))

/** Seven days of both containers: 1, and 6 for one hour of the day that `badDay` names. */
function historyOf(badDay: Record<string, number>, days = 7): UseHistory {
  const history = new UseHistory()
  for (const { id } of containers) {
    for (let slot = 0; slot < days * SLOTS_PER_DAY; slot++) {
      const bad = Math.floor(slot / SLOTS_PER_DAY) === badDay[id] && slot % SLOTS_PER_DAY < 12
      history.observe({ id, atMs: START_MS + slot * SLOT_MS, use: bad ? 6 : 1 })
    }
  }
  return history
}

const ask = (history: UseHistory, days = 7, allocatable = 11) =>
  resampleRisk({ history, containers, atMs: START_MS + days * SLOTS_PER_DAY * SLOT_MS - SLOT_MS, allocatable, seed: 1 })

describe("resampleRisk", () => {
  it("lets days that were bad for different containers meet, though they never did", () => {
    const { days, exceeded, worst } = ask(historyOf({ a: 1, b: 4 }))
    expect(days).toBe(1000)
    expect(exceeded).toBeGreaterThan(0)
    // One of two days is drawn apart, and then both are bad in one of 49.
    expect(exceeded).toBeLessThan(40)
    expect(worst).toBeCloseTo(12 / 11, 6)
  })

  it("keeps together what was bad on the same day", () => {
    expect(ask(historyOf({ a: 1, b: 1 })).exceeded).toBeGreaterThan(40)
  })

  it("says 0 of 1,000 when nothing that was seen could add up to more than there is", () => {
    expect(ask(historyOf({ a: 1, b: 1 }), 7, 12)).toMatchObject({ days: 1000, exceeded: 0, worst: 1 })
  })

  it("gives the same answer for the same seed", () => {
    const history = historyOf({ a: 1, b: 4 })
    expect(ask(history)).toEqual(ask(history))
  })

  it("counts a container that was seen for less than a day with its limit, and says so", () => {
    expect(ask(historyOf({}, 0.5), 0.5)).toEqual({ days: 1000, exceeded: 1000, worst: 20 / 11, fewestDaysSeen: 0.5 })
  })
})
