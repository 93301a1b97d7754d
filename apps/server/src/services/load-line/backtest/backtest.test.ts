import { describe, expect, it } from "vitest"
import { SLOTS_PER_DAY } from "../slots.js"
import { generateTrace } from "./generate-trace.js"
import { policyFor, policyNames } from "./policies.js"
import { type ReplayResult, replay } from "./replay.js"
import { summarize } from "./summarize.js"
import { parseTraceHeader, type Trace, traceOf } from "./trace.js"

const made = generateTrace({ seed: 3, machines: 45, days: 12 })
const cpu = traceOf(made.header, made.matrices, "cpu")

describe("generateTrace", () => {
  const percentile = (values: number[], share: number) => values.sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] as number
  const many = generateTrace({ seed: 1, machines: 250, days: 7 })
  const coursesOf = (trace: Trace) =>
    trace.machines.map(({ limit }, row) => [...trace.use.subarray(row * trace.slots, (row + 1) * trace.slots)].map((use) => use / limit))
  const mean = (course: number[]) => course.reduce((sum, share) => sum + share, 0) / course.length

  it("has the statistics of hosting machines: mean use, and how far the 99th percentile lies above it", () => {
    const courses = coursesOf(traceOf(many.header, many.matrices, "cpu"))
    const means = courses.map(mean)
    expect(percentile([...means], 0.5)).toBeCloseTo(0.015, 2)
    expect(percentile([...means], 0.9)).toBeGreaterThan(0.2)
    expect(percentile([...means], 0.9)).toBeLessThan(0.42)
    const memory = coursesOf(traceOf(many.header, many.matrices, "memory")).map(mean)
    expect(percentile(memory, 0.5)).toBeCloseTo(0.05, 1)
    const ratios = courses.map((course, index) => percentile(course, 0.99) / (means[index] as number))
    expect(percentile(ratios, 0.5)).toBeGreaterThan(2)
    expect(percentile(ratios, 0.5)).toBeLessThan(3.4)
    expect(percentile(ratios, 0.9)).toBeGreaterThan(7)
  })

  it("remembers the hour of the day: an autocorrelation over a day of about 0.3", () => {
    const autocorrelation = (course: number[]) => {
      const middle = mean(course)
      const after = course.slice(SLOTS_PER_DAY)
      const variance = mean(course.map((use) => (use - middle) ** 2))
      return variance === 0 ? 0 : mean(after.map((use, slot) => (use - middle) * ((course[slot] as number) - middle))) / variance
    }
    const lags = coursesOf(traceOf(many.header, many.matrices, "cpu")).map(autocorrelation)
    expect(percentile(lags, 0.5)).toBeGreaterThan(0.15)
    expect(percentile(lags, 0.5)).toBeLessThan(0.45)
  })

  it("makes the same bytes of the same seed, and others of another", () => {
    const small = { machines: 5, days: 2 }
    expect(generateTrace({ seed: 1, ...small })).toEqual(generateTrace({ seed: 1, ...small }))
    expect(generateTrace({ seed: 1, ...small })).not.toEqual(generateTrace({ seed: 2, ...small }))
  })
})

describe("reading a trace", () => {
  const header = { source: "by hand", t0: 1_700_006_400, step: 300, slots: 3, vms: [{ id: 7, cores: 1, cpuCapMHz: 1000, memCapKB: 500 }] }
  const bytes = (...values: number[]) => new Uint8Array(new Uint16Array(values).buffer)

  it("gives use in the unit of the limit, at most the limit, and says what is missing", () => {
    const trace = traceOf(header, bytes(5000, 65_535, 18_000, 1, 2, 3), "cpu")
    expect(trace.machines).toEqual([{ id: "7", limit: 1000 }])
    expect([...trace.use]).toEqual([500, 0, 1000])
    expect([...trace.missing]).toEqual([0, 1, 0])
  })

  it("lets memory that decays fall by half in a day, also through a gap", () => {
    const slots = SLOTS_PER_DAY + 1
    const memory = Array.from({ length: slots }, (_, slot) => (slot === 0 ? 10_000 : 65_535))
    const trace = traceOf({ ...header, slots }, bytes(...memory, ...memory), "memory-decaying")
    expect(trace.use[SLOTS_PER_DAY]).toBeCloseTo(250, 3)
  })

  it("leaves out machines that have no limit of the resource, and refuses a trace without any", () => {
    const two = { ...header, slots: 1, vms: [{ ...header.vms[0], id: 1, memCapKB: 0 }, header.vms[0]] } as typeof header
    expect(traceOf(two, bytes(1, 2, 3, 4), "memory").machines).toEqual([{ id: "7", limit: 500 }])
    expect(() => traceOf({ ...two, vms: two.vms.slice(0, 1) }, bytes(1, 2), "memory")).toThrow("No machine of the trace has a limit")
  })

  it("says by how much matrices are too short", () => {
    expect(() => traceOf(header, bytes(1, 2, 3), "cpu")).toThrow(/have 6 bytes; 1 machines with 3 samples of two resources have 12/)
  })

  it.each([
    ["{", /not JSON/],
    ["null", /not an object/],
    [JSON.stringify({ ...header, step: 60 }), /step is 60/],
    [JSON.stringify({ ...header, slots: -1 }), /slots is -1/],
    [JSON.stringify({ ...header, t0: "now" }), /t0 is now/],
    [JSON.stringify({ ...header, vms: [] }), /no list vms/],
    [JSON.stringify({ ...header, vms: [{ id: 1, cpuCapMHz: 1 }] }), /Machine 1 .* no number memCapKB/],
  ])("refuses the header %s", (text, message) => {
    expect(() => parseTraceHeader(text)).toThrow(message)
  })

  it("takes the header that the generator made", () => {
    expect(parseTraceHeader(JSON.stringify(made.header))).toEqual(made.header)
  })
})

describe("replay", () => {
  const run = (policy: string, given: { trace?: Trace; seed?: number; hostMachines?: number } = {}) => {
    const trace = given.trace ?? cpu
    return replay({ trace, hostMachines: given.hostMachines ?? 5, theta: 0.9, seed: given.seed ?? 1, predict: policyFor(policy, trace) })
  }

  it("gives the same figures for the same seed, and others for another", () => {
    expect(run("plimsoll")).toEqual(run("plimsoll"))
    expect(run("plimsoll", { seed: 2 })).not.toEqual(run("plimsoll"))
  })

  it("sells θ times the ratio where the ratio is fixed", () => {
    expect(run("fixed-2").sold).toBeGreaterThan(1.7)
    expect(run("fixed-2").sold).toBeLessThanOrEqual(1.8)
    expect(run("fixed-2").savings).toBeCloseTo(0.5, 6)
  })

  it("lets the clairvoyant fill the host to θ and never beyond, nor name a peak that is passed", () => {
    const { highestUse, exhaustedShare, violationRate } = run("clairvoyant")
    expect(highestUse).toBeLessThanOrEqual(0.9 + 1e-9)
    expect([exhaustedShare, violationRate]).toEqual([0, 0])
  })

  it("looks at nothing that lies ahead: what comes later changes no decision before", () => {
    const until = 5 * SLOTS_PER_DAY
    const first = { ...cpu, slots: until, use: cut(cpu.use, cpu, until), missing: new Uint8Array(cpu.machines.length * until) }
    const changed = { ...first, use: Float32Array.from(first.use) }
    for (let row = 0; row < cpu.machines.length; row++) changed.use.fill(0, row * until + until - 12, (row + 1) * until - 1)
    for (const policy of policyNames.filter((name) => name !== "clairvoyant")) {
      const [one, other] = [run(policy, { trace: first }), run(policy, { trace: changed })]
      // The one decision that may differ is the last, which comes after the change.
      expect(Math.abs(one.refusals - other.refusals), policy).toBeLessThanOrEqual(1)
    }
  })

  it("sells more than a fixed ratio of two and exhausts nothing, on machines of other statistics too", () => {
    const correlated = generateTrace({ seed: 8, machines: 45, days: 12, together: 0.5, drift: 3 })
    for (const trace of [
      cpu,
      traceOf(made.header, made.matrices, "memory-decaying"),
      traceOf(correlated.header, correlated.matrices, "cpu"),
    ]) {
      const { sold, exhaustedShare } = run("plimsoll", { trace })
      expect(sold).toBeGreaterThan(1.8)
      expect(exhaustedShare).toBe(0)
    }
  })

  it("refuses a policy that there is not, by naming those that there are", () => {
    expect(() => run("constructor")).toThrow(/no policy “constructor”. There are: plimsoll, design/)
  })
})

describe("summarize", () => {
  it("gives mean, lowest and highest of each figure", () => {
    const result = replay({ trace: cpu, hostMachines: 5, theta: 0.9, seed: 1, predict: policyFor("fixed-2", cpu) })
    const other: ReplayResult = { ...result, sold: result.sold + 1 }
    expect(summarize([result, other]).sold).toEqual({ mean: result.sold + 0.5, min: result.sold, max: result.sold + 1 })
    expect(() => summarize([])).toThrow("no result")
  })
})

/** The first `until` slots of each row. */
function cut(use: Float32Array, { slots, machines }: Trace, until: number): Float32Array {
  const short = new Float32Array(machines.length * until)
  for (let row = 0; row < machines.length; row++) short.set(use.subarray(row * slots, row * slots + until), row * until)
  return short
}
