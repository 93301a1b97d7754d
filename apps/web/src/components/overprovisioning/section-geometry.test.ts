import { expect, test } from "vitest"
import { sectionGeometry } from "./section-geometry"

const line = { allocatable: 20, used: 5, predictedPeak: 12, theta: 0.85, sold: 40, loadLine: 50 }

test("water and predicted peak are shares of allocatable, the deck reaches to the load line", () => {
  expect(sectionGeometry(line)).toEqual({ water: 0.25, peak: 0.6, theta: 0.85, sold: 0.8, line: 1 })
})

test("what was sold beyond the load line passes its mark instead of the deck", () => {
  expect(sectionGeometry({ ...line, sold: 100 })).toMatchObject({ sold: 1, line: 0.5 })
})

test("use that could not be measured is unknown, not nothing", () => {
  expect(sectionGeometry({ ...line, used: null }).water).toBeNull()
})

test("a prediction above the machine stays within the hull, and a machine without anything does not divide by it", () => {
  expect(sectionGeometry({ ...line, predictedPeak: 90 }).peak).toBe(1)
  expect(sectionGeometry({ ...line, allocatable: 0, used: 0, sold: 0, loadLine: 0 })).toEqual({
    water: 0,
    peak: 1,
    theta: 0.85,
    sold: 0,
    line: 0,
  })
})
