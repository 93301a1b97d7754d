import { describe, expect, test } from "vitest"
import { reachOf, timeTicks, valueTicks, withGaps } from "./axis"
import { sparklinePath } from "./sparkline-path"

const MIB = 1024 ** 2

describe("valueTicks", () => {
  test.each([
    [64 * MIB, [0, 16, 32, 48, 64].map((value) => value * MIB)],
    [900 * MIB, [0, 256, 512, 768, 1024].map((value) => value * MIB)],
    [1.5 * 1024 * MIB, [0, 512, 1024, 1536].map((value) => value * MIB)],
  ])("bytes up to %d are marked at powers of two", (max, ticks) => expect(valueTicks(max, { binary: true })).toEqual(ticks))

  test("other figures are marked at 1, 2, 2.5 and 5 times a power of ten", () => {
    expect(valueTicks(0.5, { binary: false })).toEqual([0, 0.2, 0.4, 0.6])
    expect(valueTicks(2, { binary: false })).toEqual([0, 0.5, 1, 1.5, 2])
  })

  test("the highest value always fits", () => {
    for (let exponent = -3; exponent < 14; exponent += 0.37) {
      const max = 10 ** exponent
      for (const binary of [true, false]) expect(valueTicks(max, { binary }).at(-1)).toBeGreaterThanOrEqual(max * 0.999)
    }
  })

  test("nothing measured still has an axis", () => expect(valueTicks(0, { binary: true })).toEqual([0, 1]))
})

describe("how far a value axis reaches", () => {
  test("up to a limit that the figures come near", () => expect(reachOf(32 * MIB, [{ value: 64 * MIB }])).toBeCloseTo(65.28 * MIB))

  test("not up to a limit far above them, which would flatten them, unless it is always to be seen", () => {
    const far = { value: 3072 * MIB }
    expect(reachOf(2 * MIB, [far])).toBeCloseTo(2.04 * MIB)
    expect(reachOf(2 * MIB, [{ value: 4 * MIB }, far])).toBeCloseTo(4.08 * MIB)
    expect(reachOf(2 * MIB, [{ ...far, always: true }])).toBeCloseTo(1.02 * 3072 * MIB)
  })

  test("noise around nothing does not fill the chart", () => expect(reachOf(3, [], { atLeast: 1024 })).toBe(1024))

  test("a share ends at all there is, unless a figure lies above it", () => {
    expect(reachOf(0.99, [], { atMost: 1 })).toBe(1)
    expect(reachOf(1.2, [], { atMost: 1 })).toBe(1.2)
  })
})

test("time is marked at whole minutes, hours or days inside the range", () => {
  const from = new Date(2026, 10, 21, 10, 3, 20).getTime()
  const { ticks, stepMs } = timeTicks(from, from + 15 * 60_000, 6)
  expect(stepMs).toBe(5 * 60_000)
  expect(ticks.map((at) => new Date(at).getMinutes())).toEqual([5, 10, 15])
  expect(timeTicks(from, from + 30 * 86_400_000, 6).ticks.every((at) => new Date(at).getHours() === 0)).toBe(true)
})

describe("gaps stay gaps", () => {
  test("a hole in the samples breaks the line; a single late sample does not", () => {
    const points = [0, 1000, 3000, 9000].map((at) => ({ at, values: [1] }))
    expect(withGaps(points, 1000).map(({ at, values }) => [at, values[0]])).toEqual([
      [0, 1],
      [1000, 1],
      [3000, 1],
      [4000, null],
      [9000, 1],
    ])
  })

  test("a sparkline lifts its pen", () => {
    const { line } = sparklinePath({ values: [0, 1, null, 1, 1], top: 1, width: 42, height: 12 })
    expect(line).toBe("M1 11L11 1M31 1L41 1")
  })

  test("a sparkline that has just begun stands at its right end, not stretched over a time that nobody measured", () => {
    expect(sparklinePath({ values: [0, 1], slots: 5, top: 1, width: 42, height: 12 }).line).toBe("M31 11L41 1")
  })

  test("what lies above the top is cut, and nothing is ever NaN", () => {
    expect(sparklinePath({ values: [5, Number.NaN, 0], top: 0, width: 10, height: 10 }).line).not.toContain("NaN")
    expect(sparklinePath({ values: [9, 9], top: 1, width: 12, height: 12 }).line).toBe("M1 1L11 1")
  })
})
