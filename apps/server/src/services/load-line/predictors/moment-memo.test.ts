import { expect, it } from "vitest"
import { seededRandom } from "../seeded-random.js"
import { SLOTS_PER_DAY, WINDOW_SLOTS } from "../slots.js"
import { UseHistory } from "../use-history.js"
import { MomentMemo } from "./moment-memo.js"
import { predictPlimsoll } from "./predict-plimsoll.js"

const SLOT_MS = 300_000
const FIRST_SLOT = 5_000_000

it.each([1, 2, 3, 4])("a memo changes no prediction while containers come, are away, and come back (seed %i)", (seed) => {
  const random = seededRandom(seed)
  const history = new UseHistory()
  const memo = new MomentMemo()
  const all = Array.from({ length: 10 }, (_, index) => ({ id: `c${index}`, limit: 10, comes: Math.floor(random() * WINDOW_SLOTS) }))
  let away = new Set<string>()
  for (let slot = 0; slot < WINDOW_SLOTS + 4 * SLOTS_PER_DAY; slot += 12) {
    if (random() < 0.02) away = new Set(all.filter(() => random() < 0.3).map(({ id }) => id))
    const samplerFails = random() < 0.03
    for (const { id, comes } of all)
      for (let one = slot; one < slot + 12; one++)
        if (one >= comes && !away.has(id) && !samplerFails && random() > 0.02)
          history.observe({ id, atMs: (FIRST_SLOT + one) * SLOT_MS, use: 10 * random() ** 6 })
    // One that is away is sometimes not asked about at all.
    const containers = all.filter(({ id, comes }) => comes <= slot && !(away.has(id) && seed % 2 === 0))
    const request = { history, containers, atMs: (FIRST_SLOT + slot + 11) * SLOT_MS }
    expect(predictPlimsoll(request, memo)).toEqual(predictPlimsoll(request))
  }
})

it("a clock that was set back, or a week that passed, makes all of it new", () => {
  const memo = new MomentMemo()
  const history = new UseHistory()
  const containers = [{ id: "a", limit: 10 }]
  const at = (slot: number) => {
    const request = { history, containers, atMs: slot * SLOT_MS }
    expect(predictPlimsoll(request, memo)).toEqual(predictPlimsoll(request))
  }
  for (let slot = 0; slot < 2 * WINDOW_SLOTS; slot++)
    history.observe({ id: "a", atMs: (FIRST_SLOT + slot) * SLOT_MS, use: slot % 100 === 0 ? 9 : 1 })
  for (const slot of [2 * WINDOW_SLOTS, WINDOW_SLOTS, 2 * WINDOW_SLOTS, 4 * WINDOW_SLOTS]) at(FIRST_SLOT + slot)
})
