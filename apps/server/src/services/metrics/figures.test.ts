import { describe, expect, it } from "vitest"
import { combine, decodeFigures, encodeFigures, summarise } from "./figures.js"

const samples = (...values: number[][]) => values.map((row) => ({ values: Float32Array.from(row) }))

describe("summarise", () => {
  it("gives mean, maximum and nearest-rank 95th percentile", () => {
    const figures = summarise(60_000, samples(...Array.from({ length: 100 }, (_, index) => [index + 1])), 1)
    expect(figures).toMatchObject({ at: 60_000, samples: 100 })
    expect([figures?.mean[0], figures?.max[0], figures?.p95[0]]).toEqual([50.5, 100, 95])
  })

  it("leaves unknown seconds out, and a metric that was never known stays unknown", () => {
    const figures = summarise(0, samples([1, Number.NaN], [Number.NaN, Number.NaN], [3, Number.NaN]), 2)
    expect(figures?.mean[0]).toBe(2)
    expect(figures?.mean[1]).toBeNaN()
    expect(figures?.max[1]).toBeNaN()
  })

  it("is nothing without samples: a gap is no zero", () => {
    expect(summarise(0, [], 1)).toBeUndefined()
  })
})

describe("combine", () => {
  it("weighs means by samples and keeps the highest", () => {
    const first = summarise(0, samples([10], [10], [10]), 1)
    const second = summarise(1, samples([50]), 1)
    const both = combine(
      0,
      [first, second].filter((part) => part !== undefined),
      1,
    )
    expect([both?.samples, both?.mean[0], both?.max[0]]).toEqual([4, 20, 50])
  })

  it("never tells less than the true 95th percentile", () => {
    const minutes = Array.from({ length: 15 }, (_, minute) =>
      Array.from({ length: 60 }, (_, second) => [(minute * 37 + second * 91) % 100]),
    )
    const parts = minutes.map((rows, index) => summarise(index, samples(...rows), 1)).filter((part) => part !== undefined)
    const truth = summarise(0, samples(...minutes.flat()), 1)
    expect(combine(0, parts, 1)?.p95[0]).toBeGreaterThanOrEqual(truth?.p95[0] ?? Number.NaN)
  })
})

describe("encodeFigures", () => {
  it("comes back as it went, and a row of an older version has unknown newer metrics", () => {
    const figures = summarise(5, samples([1, Number.NaN], [2, 7]), 2)
    if (figures === undefined) throw new Error("no figures")
    const row = { at: 5, samples: 2, figures: encodeFigures(figures) }
    expect(decodeFigures(row, 2)).toEqual(figures)
    const wider = decodeFigures(row, 3)
    expect([...wider.max]).toEqual([2, 7, Number.NaN])
  })
})
