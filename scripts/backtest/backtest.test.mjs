import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { generateTrace, parseTraceHeader } from "@plimsoll/server/load-line"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { drawChart } from "./draw-chart.mjs"
import { oneOf, share, wholeNumber } from "./parse-options.mjs"
import { readTrace } from "./read-trace.mjs"
import { writeTrace } from "./write-trace.mjs"

describe("a trace on disk", () => {
  const made = generateTrace({ seed: 1, machines: 3, days: 1 })
  let directory
  let path
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "plimsoll-trace-"))
    path = join(directory, "made.json")
    writeTrace(path, made)
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  const beside = () => join(directory, "made.u16.gz")
  const reading = () => readTrace(path, parseTraceHeader)

  it("comes back as it was written", () => {
    const { header, matrices } = reading()
    expect(header).toEqual(made.header)
    expect(Buffer.compare(matrices, Buffer.from(made.matrices))).toBe(0)
  })

  it("that is cut off is named, with what is wrong", () => {
    const whole = readFileSync(beside())
    writeFileSync(beside(), whole.subarray(0, whole.length / 2))
    expect(reading).toThrow(`${beside()}: The file is cut off`)
    writeFileSync(path, readFileSync(path).subarray(0, 80))
    expect(reading).toThrow(`${path}: The header of the trace is not JSON`)
  })

  it("whose matrices are no gzip, or not there, or that is no header at all, is named too", () => {
    writeFileSync(beside(), "nonsense")
    expect(reading).toThrow(`${beside()}: The file is not sound gzip data`)
    rmSync(beside())
    expect(reading).toThrow(`${beside()}: There is no such file.`)
    expect(() => readTrace(beside(), parseTraceHeader)).toThrow("ends in .json")
  })
})

describe("options", () => {
  it("are refused with what they may be", () => {
    expect(wholeNumber("seeds", "20", 1, 100)).toBe(20)
    expect(() => wholeNumber("seeds", "1.5", 1, 100)).toThrow("--seeds must be a whole number from 1 to 100, not “1.5”.")
    expect(() => wholeNumber("seeds", "", 0, 100)).toThrow("--seeds")
    expect(share("theta", "0.9")).toBe(0.9)
    expect(() => share("theta", "90")).toThrow("--theta must be a number from 0 to 1")
    expect(() => oneOf("resource", "disk", ["cpu", "memory"])).toThrow("There are: cpu, memory.")
  })
})

describe("drawChart", () => {
  it("tells exhaustion in words beside the colour, and keeps names from being markup", () => {
    const spread = (value) => ({ mean: value, min: value, max: value })
    const row = (policy, exhausted) => ({
      policy,
      trace: "a <b> & c",
      resource: "cpu",
      vms: 50,
      theta: 0.9,
      seeds: 2,
      sold: spread(2),
      exhaustedShare: spread(exhausted),
    })
    const svg = drawChart([row("plimsoll", 0), row("fixed-3", 0.0123)])
    expect(svg).toContain("2.00×, never exhausted")
    expect(svg).toContain("2.00×, exhausted 1.23 % of time")
    expect(svg).toContain("a &lt;b&gt; &amp; c")
  })
})
