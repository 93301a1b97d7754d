import { expect, test } from "vitest"
import { joinPoints, visibleRange } from "./graph-metrics"

const point = (at: number) => ({ at, values: [at] })

test("live points go on where stored ones end: none doubled, none outside of the range, one a step", () => {
  const joined = joinPoints(
    [point(0), point(1000), point(2000)],
    [point(1990), point(2005), point(2980), point(3990), point(4000), point(9000)],
    {
      from: 500,
      to: 5000,
      stepMs: 1000,
    },
  )
  expect(joined.map(({ at }) => at)).toEqual([1000, 2000, 2980, 3990])
})

test("live points alone are enough", () => {
  expect(joinPoints([], [point(1), point(1001)], { from: 0, to: 2000, stepMs: 1000 })).toHaveLength(2)
})

test("while samples come the axis ends at the newest one: the clock alone moves nothing", () => {
  const range = { kind: "last", lengthMs: 300_000 } as const
  const lastSampleAt = 1_000_200
  const shown = [1_000_000, 1_000_900, 1_002_100].map((now) => visibleRange(range, { now, lastSampleAt }))
  expect(new Set(shown.map(({ to }) => to))).toEqual(new Set([lastSampleAt]))
  expect(shown[0]?.from).toBe(lastSampleAt - 300_000)
})

test("when none comes any more the axis goes on with the clock, so that the hole is seen", () => {
  const { from, to } = visibleRange({ kind: "last", lengthMs: 300_000 }, { now: 1_010_000, lastSampleAt: 1_000_200 })
  expect([from, to]).toEqual([710_000, 1_010_000])
})

test("a long range moves by whole points, not with each second", () => {
  const range = { kind: "last", lengthMs: 86_400_000 } as const
  const ends = Array.from(
    { length: 60 },
    (_, second) => visibleRange(range, { now: 864_000_001 + second * 1000, lastSampleAt: undefined }).to,
  )
  expect(new Set(ends).size).toBe(1)
  expect(ends[0]).toBeGreaterThanOrEqual(864_000_001)
})

test("a piece of the past stays where it is", () => {
  expect(visibleRange({ kind: "fixed", from: 5, to: 9 }, { now: 1_000_000, lastSampleAt: 999_999 })).toEqual({ from: 5, to: 9 })
})
