import { describe, expect, it } from "vitest"
import { statsOf } from "../../testing/fake-engine.js"
import { computeRates } from "./compute-rates.js"

describe("computeRates", () => {
  it("says null, not 0, for what one sample cannot tell", () => {
    expect(computeRates(undefined, statsOf("a", 1000, 5))).toMatchObject({
      cpuCores: null,
      readBytesPerSecond: null,
      receivedBytesPerSecond: null,
      memoryUsedBytes: 1000,
    })
  })

  it("divides by the time that really passed", () => {
    expect(computeRates(statsOf("a", 1000, 0), statsOf("a", 3000, 1_000_000)).cpuCores).toBe(0.5)
  })

  it("says null when a counter began anew, as after a restart", () => {
    expect(computeRates(statsOf("a", 1000, 9_000_000), statsOf("a", 2000, 10)).cpuCores).toBeNull()
  })

  it("says null when the clock went backwards", () => {
    expect(computeRates(statsOf("a", 2000, 0), statsOf("a", 1000, 10)).cpuCores).toBeNull()
  })

  it("tells the share of periods in which the limit held", () => {
    const before = statsOf("a", 1000, 0, { cpu: { usageMicros: 0, periods: 10, throttledPeriods: 0 } })
    const after = statsOf("a", 2000, 0, { cpu: { usageMicros: 0, periods: 20, throttledPeriods: 5 } })
    expect(computeRates(before, after).cpuThrottledShare).toBe(0.5)
    expect(computeRates(after, { ...after, sampledAt: 3000 }).cpuThrottledShare).toBe(0)
  })
})
