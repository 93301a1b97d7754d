import { describe, expect, it } from "vitest"
import { computeFigures, judge } from "./judge.mjs"
import { planDemo } from "./plan-demo.mjs"
import { nappingShare, partVisits, toSleeps } from "./read-naps.mjs"

const MIB = 2 ** 20
const HOST = 4096 * MIB
const flags = { memory: "1G", times: "12", minutes: "1.5", seed: "1" }

describe("planDemo", () => {
  it("sells a machine of 1 GiB twelve times to 24 containers, of which 2 could be sold without overcommit", () => {
    expect(planDemo(flags, HOST)).toMatchObject({ memoryBytes: 1024 * MIB, limitBytes: 512 * MIB, count: 24, fitting: 2, visitsMs: 90_000 })
  })

  it("sells at least what was asked for, of odd sizes too, with swap for all that is touched", () => {
    for (const memory of ["384M", "500M", "1.3G"]) {
      const plan = planDemo({ ...flags, memory, times: "10" }, HOST)
      expect(plan.count * plan.limitBytes, memory).toBeGreaterThanOrEqual(10 * plan.memoryBytes)
      expect(plan.swapBytes, memory).toBeGreaterThan(plan.count * plan.touchedBytes)
      expect(plan.fitting * plan.limitBytes, memory).toBeLessThanOrEqual(plan.memoryBytes)
    }
  })

  it.each([
    ["memory", "100M"],
    ["memory", "lots"],
    ["memory", "3G"],
    ["times", "0"],
    ["minutes", ""],
    ["seed", "-1"],
  ])("refuses --%s %s by its name", (name, text) => {
    expect(() => planDemo({ ...flags, [name]: text }, HOST)).toThrow(`--${name}`)
  })
})

const nap = (id, at, tookMs, beforeBytes) => ({
  id,
  at,
  action: "nap",
  attributes: { tookMs: `${tookMs}`, beforeBytes: `${beforeBytes}`, afterBytes: "1" },
})
const wake = (id, at, cause, wakeMs) => ({ id, at, action: "wake", attributes: { cause, wakeMs: `${wakeMs}` } })
const came = (id, from, ms, failure = null) => ({ id, from, to: from + ms, ms, failure })
const sleeps = toSleeps([nap("a", 1000, 200, 101), nap("b", 1500, 100, 51), wake("a", 2000, "packet", 3), wake("a", 2100, "packet", 1)])

describe("sleeps", () => {
  it("last from the first step of falling asleep to the wake; who was not woken still sleeps", () => {
    expect(sleeps).toEqual([
      { id: "a", from: 800, to: 2000, gaveBackBytes: 100, wake: { cause: "packet", wakeMs: 3 } },
      { id: "b", from: 1400, to: Number.POSITIVE_INFINITY, gaveBackBytes: 50, wake: null },
    ])
    expect(nappingShare(sleeps, { from: 1000, to: 2000, count: 2 })).toBeCloseTo((1000 + 600) / 2000)
  })

  it("part visits by what they found", () => {
    const visits = [came("a", 700, 50), came("a", 1990, 12), came("a", 2001, 5), came("b", 1390, 20), came("c", 1990, 2)]
    const { napping, awake } = partVisits(visits, sleeps)
    expect(napping).toEqual([visits[1], visits[3]])
    expect(awake).toEqual([visits[0], visits[2], visits[4]])
  })
})

describe("judge", () => {
  const run = {
    plan: planDemo(flags, HOST),
    memory: { capacity: 1024 * MIB, sold: 12 * 1024 * MIB },
    touchedBytes: 1,
    peakBytes: 1,
    oomKills: 0,
    sleeps,
    sold: { from: 1000, to: 2000 },
    visits: { baseline: [came("c", 0, 10)], filling: [], sold: [came("c", 1200, 12), came("a", 1990, 40)] },
  }
  const broken = (change) =>
    judge(computeFigures({ ...run, ...change }))
      .filter(({ holds }) => !holds)
      .map(({ name }) => name)
  const sold = (...visits) => ({ visits: { ...run.visits, sold: [...run.visits.sold, ...visits] } })

  it("finds nothing wrong in a run in which all holds", () => {
    expect(broken({})).toEqual([])
  })

  it.each([
    ["soldTimes", { memory: { capacity: 1024 * MIB, sold: 9 * 1024 * MIB } }],
    ["oomKills", { oomKills: 1 }],
    ["failedRequests", { visits: { ...run.visits, filling: [came("c", 500, 1, "socket hang up")] } }],
    ["awakeRatio", sold(came("c", 1100, 14))],
    ["wakeP99Ms", sold(came("a", 1200, 501), came("a", 1200, 1))],
  ])("%s", (name, change) => {
    expect(broken(change)).toEqual([name])
  })

  it("what was not measured does not hold", () => {
    expect(broken({ visits: { ...run.visits, sold: [came("c", 1200, 12)] } })).toEqual(["wakeP50Ms", "wakeP99Ms"])
  })
})
