import { expect, test } from "vitest"
import { ratioPoints } from "./ratio-points"

const point = { at: 5, allocatable: 50, sold: 100, guaranteed: 0, used: 10, usedMax: 10, predictedPeak: 25, loadLine: 150 }

test("each figure is a multiple of what is allocatable", () => expect(ratioPoints([point])).toEqual([{ at: 5, values: [0.5, 2, 3] }]))

test("nothing allocatable, or nothing known, is no ratio", () => {
  expect(ratioPoints([{ ...point, allocatable: 0 }])[0]?.values).toEqual([null, null, null])
  expect(ratioPoints([{ ...point, allocatable: null }])[0]?.values).toEqual([null, null, null])
  expect(ratioPoints([{ ...point, sold: null }])[0]?.values).toEqual([0.5, null, 3])
})
