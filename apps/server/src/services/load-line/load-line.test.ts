import { describe, expect, it } from "vitest"
import { computeLoadLine, computeWakeDebt, DEFAULT_THETA, FALLBACK_RATIO, type LoadLineInput } from "./load-line.js"

const host: LoadLineInput = {
  allocatable: 100,
  theta: DEFAULT_THETA.memory,
  sold: 120,
  predictedPeak: 50,
  predictedFloor: 10,
  wakeDebt: 5,
  historyDays: 30,
  fallbackRatio: FALLBACK_RATIO.memory,
}

describe("the load line", () => {
  it("is what is sold and the room that θ·allocatable leaves above predicted peak and wake debt", () => {
    expect(computeLoadLine(host)).toEqual({ loadLine: 150, headroom: 30, decidedBy: "prediction" })
  })

  it("lies below what is sold when the predicted peak does not fit", () => {
    expect(computeLoadLine({ ...host, predictedPeak: 90 })).toEqual({ loadLine: 110, headroom: -10, decidedBy: "prediction" })
  })

  it("is never negative, and sells nothing of a machine that has nothing", () => {
    expect(computeLoadLine({ ...host, allocatable: 0, sold: 0, predictedPeak: 0 }).loadLine).toBe(0)
  })

  it("is the fallback ratio before there are seven days of history", () => {
    expect(computeLoadLine({ ...host, historyDays: 6.9 })).toEqual({ loadLine: 145, headroom: 25, decidedBy: "fallback" })
    expect(computeLoadLine({ ...host, historyDays: 7 }).decidedBy).toBe("prediction")
  })

  it("sells a newcomer of a machine without history more than it has, as far as the fallback ratio goes", () => {
    const empty = { ...host, sold: 0, predictedPeak: 0, predictedFloor: 0, wakeDebt: 0, historyDays: 0 }
    expect(computeLoadLine(empty)).toEqual({ loadLine: 127.5, headroom: 127.5, decidedBy: "fallback" })
    expect(computeLoadLine({ ...empty, sold: 100, predictedPeak: 100, predictedFloor: 100 })).toMatchObject({ loadLine: 150, headroom: 50 })
    expect(computeLoadLine({ ...empty, predictedPeak: 45 })).toMatchObject({ headroom: 60 })
  })

  it("says that the fallback ratio decided for as long as it multiplies what is left, and the prediction once nothing is left", () => {
    const young = { ...host, sold: 0, predictedFloor: 0, wakeDebt: 0, historyDays: 1 }
    expect(computeLoadLine({ ...young, predictedPeak: 84 })).toEqual({ loadLine: 1.5, headroom: 1.5, decidedBy: "fallback" })
    expect(computeLoadLine({ ...young, predictedPeak: 86 })).toEqual({ loadLine: 0, headroom: -1, decidedBy: "prediction" })
  })

  it("believes what was seen even before: a machine that is full is full on its first day", () => {
    const full = computeLoadLine({ ...host, historyDays: 1, predictedPeak: 95 })
    expect(full.decidedBy).toBe("prediction")
    expect(full.headroom).toBe(-5)
  })
})

describe("the wake debt", () => {
  it("is 1.2 times the largest sleeper while there are few, three tenths of all when there are many", () => {
    expect(computeWakeDebt([])).toBe(0)
    expect(computeWakeDebt([10])).toBe(12)
    expect(computeWakeDebt(Array.from({ length: 20 }, () => 10))).toBe(60)
  })
})
