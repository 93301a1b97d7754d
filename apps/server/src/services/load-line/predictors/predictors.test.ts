import { describe, expect, it } from "vitest"
import type { Predict, Prediction, SoldContainer } from "../predictor.js"
import { seededRandom } from "../seeded-random.js"
import { SLOT_MS, SLOTS_PER_DAY } from "../slots.js"
import { UseHistory } from "../use-history.js"
import { predictors } from "./predictors.js"

const START_MS = 1_700_006_400_000
const DAY_MS = SLOTS_PER_DAY * SLOT_MS

/** Containers with limit 10 that use what `useOf` says from their first day to the end of `days`; asked at that end. */
function hostOf({
  days,
  useOf,
  born = () => 0,
}: {
  days: number
  useOf: (container: number, slot: number) => number
  born?: (container: number) => number
}) {
  const history = new UseHistory()
  const containers: SoldContainer[] = Array.from({ length: 10 }, (_, index) => ({ id: `c${index}`, limit: 10 }))
  for (const [index, { id }] of containers.entries()) {
    for (let slot = Math.round(born(index) * SLOTS_PER_DAY); slot < days * SLOTS_PER_DAY; slot++) {
      const use = useOf(index, slot)
      if (!Number.isNaN(use)) history.observe({ id, atMs: START_MS + slot * SLOT_MS, use })
    }
  }
  return { history, containers, atMs: START_MS + days * DAY_MS - SLOT_MS }
}

const sumOf = ({ parts }: Prediction) => parts.reduce((sum, { amount }) => sum + amount, 0)
const part = (prediction: Prediction, name: string) => prediction.parts.find((one) => one.name === name)?.amount ?? 0
const names = Object.keys(predictors) as (keyof typeof predictors)[]

describe.each(names)("every predictor: %s", (name) => {
  const predict: Predict = predictors[name]
  const random = seededRandom(7)
  const host = hostOf({ days: 9, useOf: () => 10 * random() ** 4, born: (container) => container })

  it("explains its peak by parts that add up to it, and never exceeds what was sold", () => {
    const prediction = predict(host)
    expect(sumOf(prediction)).toBeCloseTo(prediction.peak, 6)
    expect(prediction.peak).toBeLessThanOrEqual(100 + 1e-9)
    expect(prediction.peak).toBeGreaterThan(0)
  })

  it("says the same after a restart", () => {
    const restarted = UseHistory.fromState(JSON.parse(JSON.stringify(host.history.toState())))
    expect(predict({ ...host, history: restarted })).toEqual(predict(host))
    for (const { id } of host.containers) {
      for (const history of [host.history, restarted]) history.observe({ id, atMs: host.atMs + SLOT_MS, use: 2 })
    }
    const later = { ...host, atMs: host.atMs + SLOT_MS }
    expect(predict({ ...later, history: restarted })).toEqual(predict(later))
  })

  it("answers for any set, the empty one too", () => {
    expect(predict({ ...host, containers: [] }).peak).toBe(0)
    expect(predict({ ...host, containers: host.containers.slice(0, 3) }).peak).toBeLessThanOrEqual(30 + 1e-9)
  })
})

describe("predictPlimsoll", () => {
  const predict = predictors.plimsoll

  it("counts with its full limit whom it has not seen for a day", () => {
    const host = hostOf({ days: 8, useOf: () => 1 })
    const before = predict(host)
    const after = predict({ ...host, containers: [...host.containers, { id: "new", limit: 10 }] })
    expect(after.peak - before.peak).toBeCloseTo(10, 6)
    expect(part(after, "floor")).toBe(10)
  })

  it("is not misled by peaks at different hours: the sum counts, not the sum of peaks", () => {
    const apart = hostOf({ days: 7, useOf: (container, slot) => (slot % 10 === container ? 9 : 1) })
    const together = hostOf({ days: 7, useOf: (_, slot) => (slot % 10 === 0 ? 9 : 1) })
    expect(part(predict(apart), "seen")).toBe(18)
    expect(part(predict(together), "seen")).toBe(90)
  })

  it("charges a gap with the container's peak and makes nobody older by it", () => {
    const night = (slot: number) => slot % SLOTS_PER_DAY >= 276
    const gaps = hostOf({ days: 7, useOf: (container, slot) => (night(slot) ? (container < 1 ? Number.NaN : 6) : 4) })
    expect(part(predict(gaps), "seen")).toBe(54)
    expect(part(predict(gaps), "young")).toBe(4)
  })

  it("learns nothing from hours in which the sampler stood still for all", () => {
    const still = (slot: number) => slot >= 3 * SLOTS_PER_DAY && slot < 3 * SLOTS_PER_DAY + 24
    const whole = hostOf({ days: 7, useOf: () => 4 })
    const stood = hostOf({ days: 7, useOf: (_, slot) => (still(slot) ? Number.NaN : 4) })
    expect(part(predict(stood), "seen")).toBe(part(predict(whole), "seen"))
    expect(part(predict(stood), "young")).toBe(0)
  })

  it("learns nothing from a slot in which the sampler missed some of those whom it sees otherwise", () => {
    const host = hostOf({
      days: 7,
      useOf: (container, slot) => (container < 2 && slot === 600 ? Number.NaN : slot % 10 === container ? 9 : 1),
    })
    expect([part(predict(host), "seen"), part(predict(host), "young")]).toEqual([18, 0])
  })

  it("charges those who have been away for days, whatever the others do", () => {
    const host = hostOf({ days: 7, useOf: (container, slot) => (container < 2 && slot > 4 * SLOTS_PER_DAY ? Number.NaN : 4) })
    const risen = hostOf({ days: 7, useOf: (container, slot) => (slot > 4 * SLOTS_PER_DAY ? (container < 2 ? Number.NaN : 5) : 4) })
    expect(part(predict(host), "seen")).toBe(40)
    expect([part(predict(risen), "seen"), part(predict(risen), "young")]).toEqual([40, 8])
  })

  it("charges the young their own peaks, at whatever hour these are, until they were seen for a week", () => {
    const useOf = (container: number, slot: number) => (slot % 10 === container ? 4 : 1)
    const host = (born: number) => predict(hostOf({ days: 8, useOf, born: (container) => (container < 4 ? born : 0) }))
    expect([part(host(4), "seen"), part(host(4), "young")]).toEqual([9, 4 * 4 * (1 + 1 / 4)])
    expect([part(host(1), "seen"), part(host(1), "young")]).toEqual([13, 0])
    expect(part(host(4), "scatter")).toBeCloseTo(0.3 * Math.sqrt(6 * 4 ** 2 + 4 * 5 ** 2), 6)
  })

  it("takes the safe side after a clock that jumped a month ahead: nobody was seen in the last week", () => {
    const host = hostOf({ days: 8, useOf: () => 1 })
    expect(predict({ ...host, atMs: host.atMs + 30 * DAY_MS }).peak).toBe(100)
  })

  describe("of whom half a week was seen", () => {
    const HALF = 3.5 * SLOTS_PER_DAY
    /**
     * One container that was first seen seven days ago and in so many slots since, the last of them now. It used 4 in the first, and 1 in the others. Beside
     * it one that was always seen and used nothing, so that the gaps are its own and not the sampler's.
     */
    const seenIn = (slots: number) => {
      const { history, containers, atMs } = hostOf({
        days: 7,
        useOf: (container, slot) => (container > 0 ? 0 : slot === 0 ? 4 : slot <= 7 * SLOTS_PER_DAY - slots ? Number.NaN : 1),
      })
      expect(history.ring("c0", Math.floor(atMs / SLOT_MS))?.seen).toBe(slots)
      return predict({ history, containers: containers.slice(0, 2), atMs })
    }
    const youngOf = (prediction: Prediction) => prediction.parts.find(({ name }) => name === "young")?.containers

    it("a slot less than half is young: it is charged for the days that were seen, and not for the gaps", () => {
      const below = seenIn(HALF - 1)
      const charge = 4 * (1 + SLOTS_PER_DAY / (HALF - 1))
      expect(youngOf(below)).toBe(1)
      expect(below.peak).toBeCloseTo(1.3 * charge, 6)
    })

    it.each([0, 1])("just half, and %i slots more, is a week: in the gaps and by itself it is charged the whole peak", (more) => {
      const from = seenIn(HALF + more)
      expect(youngOf(from)).toBe(0)
      expect(from.peak).toBeCloseTo(1.3 * 4, 6)
    })

    it("half seen is never charged less than the whole week would be", () => {
      expect(seenIn(HALF).peak).toBeGreaterThanOrEqual(seenIn(7 * SLOTS_PER_DAY).peak)
    })

    it("who was first seen a slot less than a week ago is young, seen as often as can be", () => {
      const host = hostOf({
        days: 7,
        useOf: (container) => (container > 0 ? 0 : 4),
        born: (container) => (container > 0 ? 0 : 1 / SLOTS_PER_DAY),
      })
      const one = predict({ ...host, containers: host.containers.slice(0, 2) })
      expect(youngOf(one)).toBe(1)
      expect(one.peak).toBeCloseTo(1.3 * 4 * (1 + SLOTS_PER_DAY / (7 * SLOTS_PER_DAY - 1)), 6)
    })
  })

  it("forgets who has gone", () => {
    const host = hostOf({ days: 8, useOf: () => 1 })
    host.history.forget("c0")
    expect(part(predict(host), "floor")).toBe(10)
  })

  it("leaves less room for chance, against the sum, the more containers share the machine", () => {
    const { containers, ...host } = hostOf({ days: 7, useOf: () => 4 })
    const scatterOf = (count: number) => part(predict({ ...host, containers: containers.slice(0, count) }), "scatter") / (4 * count)
    expect(scatterOf(1)).toBeCloseTo(0.3, 6)
    expect(scatterOf(9)).toBeCloseTo(0.1, 6)
  })
})
