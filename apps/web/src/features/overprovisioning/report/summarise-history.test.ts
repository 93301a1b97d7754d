import type { LinePoint } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { summariseHistory } from "./summarise-history"

const point = (at: number, used: number | null, usedMax: number | null = used): LinePoint => ({
  at,
  used,
  usedMax,
  allocatable: 100,
  sold: 150,
  guaranteed: 0,
  predictedPeak: 50,
  loadLine: 200,
})
const history = (points: LinePoint[]) => ({ stepMs: 10, points, marks: [] })

test("the highest is that of single samples, not of means", () => {
  const { usedMean, usedHighest } = summariseHistory(history([point(0, 10, 40), point(10, 20), point(20, 30)]), 30)
  expect(usedMean).toBe(20)
  expect(usedHighest).toBe(40)
})

test("a hole in the history, and one up to now, is named and counts as nothing", () => {
  const summary = summariseHistory(history([point(0, 10), point(10, null), point(40, 30), point(50, 30)]), 100)
  expect(summary.usedMean).toBeCloseTo(70 / 3)
  expect(summary.gaps).toEqual([
    { from: 10, to: 40 },
    { from: 60, to: 100 },
  ])
})

test("what lies before the first figure is no gap, and the step that is not over yet is none either", () =>
  expect(summariseHistory(history([point(500, 1), point(510, 1)]), 524)).toMatchObject({ since: 500, gaps: [] }))

test("without any history nothing is known, not zero", () =>
  expect(summariseHistory(history([point(0, null)]), 100)).toEqual({ usedMean: null, usedHighest: null, since: null, gaps: [] }))

test("a single step without a figure is a gap", () =>
  expect(summariseHistory(history([point(0, 1), point(20, 1)]), 30).gaps).toEqual([{ from: 10, to: 20 }]))
