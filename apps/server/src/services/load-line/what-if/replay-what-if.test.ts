import { describe, expect, it } from "vitest"
import { generateTrace } from "../backtest/generate-trace.js"
import { traceOf } from "../backtest/trace.js"
import { predictPlimsoll } from "../predictors/predict-plimsoll.js"
import { UseHistory } from "../use-history.js"
import { findNappers } from "./find-nappers.js"
import { placeExtra } from "./place-extra.js"
import { replayWhatIf, type WhatIfRequest } from "./replay-what-if.js"
import { STEP_MS, STEPS_PER_DAY, saleCourses, stepOf } from "./sale-courses.js"

const startMs = 1_700_006_400_000
/** Courses of rows that are given as functions of the step. */
function coursesOf(steps: number, rows: readonly ((step: number) => number)[]) {
  const highest = Float32Array.from(rows.flatMap((row) => Array.from({ length: steps }, (_, step) => row(step))))
  return saleCourses({ startMs, steps, rows: rows.length, highest, use: highest })
}
const days = (count: number) => count * STEPS_PER_DAY
const ask = (request: Partial<WhatIfRequest> & Pick<WhatIfRequest, "courses" | "sold">) =>
  replayWhatIf({ extra: [], allocatable: 100, theta: 0.9, seed: 1, maximumPoints: 600, ...request })

describe("replayWhatIf", () => {
  it("lets in by full limits at first, and the others once those are seen to use less", () => {
    const courses = coursesOf(
      days(10),
      Array.from({ length: 4 }, () => () => 5),
    )
    const { admitted, refused, sold, points } = ask({ courses, sold: [60, 60, 60, 60] })
    expect(points[0]).toEqual({ at: startMs, used: 5, predictedPeak: 60, sold: 60 })
    expect([admitted, refused, sold]).toEqual([[0, 1, 2, 3], 0, 2.4])
    // Not before the first was seen for a day.
    expect(points.find((point) => point.sold > 60)?.at).toBe(startMs + days(1) * STEP_MS)
  })

  it("sells no more than the ratio, however little is used", () => {
    const courses = coursesOf(
      days(10),
      Array.from({ length: 4 }, () => () => 1),
    )
    expect(ask({ courses, sold: [60, 60, 60, 60], ratio: 1.3 })).toMatchObject({ sold: 1.2, refused: 2 })
  })

  it("says for how long and by how much use passed what there is", () => {
    // Calm for eight days, so that both are let in; then both take all.
    const surge = (step: number) => (step >= days(9) ? 60 : 2)
    const courses = coursesOf(days(10), [surge, surge])
    const { exhaustedShare, worstOvershoot, points } = ask({ courses, sold: [60, 60] })
    expect(exhaustedShare).toBeCloseTo(0.1, 9)
    expect(worstOvershoot).toBeCloseTo(0.2, 6)
    expect(points.at(-1)?.used).toBe(120)
  })

  it("takes time in which nobody looked for no time, and shows no point of it", () => {
    const courses = coursesOf(days(2), [(step) => (step < days(1) ? 200 : Number.NaN)])
    const { seenSteps, exhaustedShare, points } = ask({ courses, sold: [50] })
    expect([seenSteps, exhaustedShare]).toEqual([days(1), 1])
    expect(points.every(({ at }) => at < startMs + days(1) * STEP_MS)).toBe(true)
  })

  it("cannot refuse what was promised nothing, and counts what it used", () => {
    const courses = coursesOf(days(3), [() => 80, () => 5])
    const { admitted, points, refused } = ask({ courses, sold: [0, 20] })
    expect(admitted).toEqual([0, 1])
    expect(refused).toBe(0)
    expect(points.at(-1)?.used).toBe(85)
    // Beside it there is no room for one of 40.
    expect(ask({ courses, sold: [0, 40] })).toMatchObject({ admitted: [0, 1] })
    expect(ask({ courses: coursesOf(days(3), [() => 80, (step) => (step < days(2) ? Number.NaN : 5)]), sold: [0, 40] })).toMatchObject({
      admitted: [0],
      refused: 1,
    })
  })

  it("lets sales in in the order in which they were first seen, those never seen last, with their full limits", () => {
    const from = (first: number) => (step: number) => (step >= first ? 1 : Number.NaN)
    const courses = coursesOf(days(1), [from(40), from(0), () => Number.NaN, from(8)])
    expect(ask({ courses, sold: [20, 20, 20, 20] }).admitted).toEqual([1, 3, 0, 2])
    expect(ask({ courses, sold: [20, 40, 20, 20] })).toMatchObject({ admitted: [1, 3, 0], refused: 1 })
    // Nothing promised, nothing used: no sale at all.
    expect(ask({ courses, sold: [20, 40, 0, 20] })).toMatchObject({ admitted: [1, 3, 0], refused: 0 })
  })

  it("shows at most as many points as asked for, each with the highest use of its time", () => {
    const courses = coursesOf(days(5), [(step) => (step === 250 ? 30 : 1)])
    const { points } = ask({ courses, sold: [50], maximumPoints: 100 })
    expect(points.length).toBeLessThanOrEqual(100)
    expect(points.map(({ at }) => at)).toEqual([...new Set(points.map(({ at }) => at))].sort((a, b) => a - b))
    expect(Math.max(...points.map(({ used }) => used))).toBe(30)
  })

  it("gives the same answer for the same seed, and another for another", () => {
    const { courses, sold } = generated(30)
    const request = { courses, sold, extra: Array.from({ length: 40 }, () => 500_000), allocatable: sold.reduce((a, b) => a + b) / 3 }
    expect(ask(request)).toEqual(ask(request))
    expect(ask({ ...request, seed: 2 })).not.toEqual(ask(request))
  })

  it("sells more of the same history at a higher θ, and of a larger machine", () => {
    const { courses, sold } = generated(30)
    const allocatable = sold.reduce((a, b) => a + b) / 4
    const [low, high] = [0.5, 0.95].map((theta) => ask({ courses, sold, allocatable, theta }))
    expect(high?.sold).toBeGreaterThan(low?.sold ?? Number.NaN)
    expect(ask({ courses, sold, allocatable: 2 * allocatable, theta: 0.5 }).admitted.length).toBeGreaterThan(low?.admitted.length ?? 0)
  })

  it("decides as the predictor itself would: whoever is let in fits, together with all others", () => {
    const { courses, sold } = generated(12)
    const allocatable = sold.reduce((a, b) => a + b) / 2
    const { points } = ask({ courses, sold, allocatable, maximumPoints: 10_000 })
    const history = new UseHistory()
    const present: { id: string; limit: number }[] = []
    for (let step = 0; step < courses.steps; step++) {
      if (step % 4 === 0) {
        const atMs = startMs + step * STEP_MS - 300_000
        for (const [row, limit] of sold.entries()) {
          if (present.some(({ id }) => id === String(row))) continue
          const withIt = [...present, { id: String(row), limit }]
          if (predictPlimsoll({ history, containers: withIt, atMs }).peak <= 0.9 * allocatable) present.push({ id: String(row), limit })
        }
        const { peak } = predictPlimsoll({ history, containers: present, atMs })
        expect((points[step]?.predictedPeak ?? 0) / peak).toBeCloseTo(1, 9)
        expect(points[step]?.sold).toBe(present.reduce((sum, { limit }) => sum + limit, 0))
      }
      for (const { id } of present)
        for (let slot = 0; slot < 3; slot++)
          history.observe({
            id,
            atMs: startMs + step * STEP_MS + slot * 300_000,
            use: courses.highest[Number(id) * courses.steps + step] as number,
          })
    }
  })
})

describe("extra sales", () => {
  it("use what a present sale uses, scaled to what they bought, and come on all days", () => {
    const courses = coursesOf(days(10), [() => 10, () => Number.NaN, (step) => (step > days(9.5) ? 1 : Number.NaN)])
    const placed = placeExtra({ courses, sold: [40, 40, 40], extra: Array.from({ length: 200 }, () => 20), seed: 1 })
    expect(new Set(placed.map(({ row, scale }) => `${row} ${scale}`))).toEqual(new Set(["0 0.5"]))
    expect(new Set(placed.map(({ firstStep }) => Math.floor(firstStep / STEPS_PER_DAY))).size).toBe(10)
    const { points } = ask({ courses, sold: [40, 0, 0], extra: [20] })
    expect(points.at(-1)?.used).toBe(16)
  })

  it("use before their model was first seen what it used at the same time of its first days", () => {
    const courses = coursesOf(days(4), [(step) => (step >= days(2) + 10 ? step % STEPS_PER_DAY : Number.NaN)])
    expect(stepOf(courses, 0, 20)).toBe(days(2) + 20)
    expect(stepOf(courses, 0, 5)).toBe(days(3) + 5)
    expect(stepOf(courses, 0, days(3))).toBe(days(3))
  })

  it("are not placed when nobody was seen for a day", () => {
    const courses = coursesOf(days(0.5), [() => 1])
    expect(placeExtra({ courses, sold: [10], extra: [10, 10], seed: 1 })).toEqual([])
  })
})

describe("findNappers", () => {
  it("finds who was idle for as long as the rule says, in time that was seen", () => {
    const rows = [
      [0, 0, 0, 0],
      [0, 0, 1, 0],
      [0, Number.NaN, 0, 0],
      [1, 1, 1, 1],
    ]
    const find = (steps: number) => [...findNappers(Float32Array.from(rows.flat()), 4, { idleCores: 0.01, idleMs: steps * STEP_MS })]
    expect(find(3)).toEqual([1, 0, 0, 0])
    expect(find(2)).toEqual([1, 1, 1, 0])
    expect(find(0.1)).toEqual([1, 1, 1, 0])
  })
})

/** Twelve days of quarter-hours of machines that nobody measured. */
function generated(machines: number) {
  const made = generateTrace({ seed: 5, machines, days: 12 })
  const trace = traceOf(made.header, made.matrices, "memory-decaying")
  const rows = trace.machines.map(
    (_, row) => (step: number) => Math.max(...trace.use.subarray(row * trace.slots + step * 3, row * trace.slots + step * 3 + 3)),
  )
  return { courses: coursesOf(days(12), rows), sold: trace.machines.map(({ limit }) => limit) }
}
