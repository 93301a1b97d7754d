import { describe, expect, it } from "vitest"
import { MetricRing } from "./metric-ring.js"

const times = (ring: MetricRing, from = 0, to = Number.POSITIVE_INFINITY) => [...ring.range(from, to)].map(({ at }) => at)

describe("MetricRing", () => {
  it.each([1, 59, 60, 61, 239, 240, 241, 900, 901, 5000])("holds the newest 900 of %i samples, in order, with their values", (count) => {
    const ring = new MetricRing(2, 900)
    for (let index = 0; index < count; index++) ring.push(index, [index, -index])
    const kept = Math.min(count, 900)
    expect(ring.count).toBe(kept)
    expect(times(ring)).toEqual(Array.from({ length: kept }, (_, index) => count - kept + index))
    for (const { at, values } of ring.range(0, count)) expect([...values]).toEqual([at, -at])
  })

  it("cuts a range out, beginning included and end excluded", () => {
    const ring = new MetricRing(1, 900)
    for (let at = 0; at < 2000; at += 10) ring.push(at, [at])
    expect(times(ring, 1000, 1030)).toEqual([1000, 1010, 1020])
    expect(times(ring, 1001, 1011)).toEqual([1010])
    expect(times(ring, 5000, 6000)).toEqual([])
  })

  it("drops a sample that is not newer, so that order holds", () => {
    const ring = new MetricRing(1, 900)
    for (const at of [5, 5, 4, 6]) ring.push(at, [at])
    expect(times(ring)).toEqual([5, 6])
  })

  it("gives unknown values back as NaN", () => {
    const ring = new MetricRing(2, 10)
    ring.push(1, [Number.NaN, 1])
    expect([...([...ring.range(0, 2)][0]?.values ?? [])]).toEqual([Number.NaN, 1])
  })
})
