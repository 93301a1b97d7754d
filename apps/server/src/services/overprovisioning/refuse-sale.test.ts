import { describe, expect, it } from "vitest"
import type { ResourceLine, ResourceName } from "../../contract/overprovisioning.js"
import { someTerms } from "../../testing/tenancy.js"
import { noAmounts } from "./amounts.js"
import { planHeadroom } from "./plan-headroom.js"
import { refusalOf, type SaleRequest } from "./refuse-sale.js"

const MIB = 2 ** 20
const line = (resource: ResourceName, headroom: number): ResourceLine => ({
  resource,
  capacity: 1000 * MIB,
  reserve: 0,
  allocatable: 1000 * MIB,
  sold: 1500 * MIB - headroom,
  guaranteed: 0,
  used: 0,
  predictedPeak: 0,
  predictedParts: [],
  predictedPeakAt: null,
  wakeDebt: 0,
  theta: 0.85,
  loadLine: 1500 * MIB,
  headroom,
  decidedBy: "fallback",
  historyDays: 0,
  risk: null,
})
const lines = [line("memory", 38 * MIB), line("cpu", 0.3), line("disk", -5), line("pids", 100)]
const ask = (request: Partial<SaleRequest>) =>
  refusalOf({ added: noAmounts(), lines, faults: {}, selling: { stopped: false, why: null }, ...request })
const plan = (name: string, memoryMaxBytes: number, cpuMaxCores = 0.1) => ({
  id: name,
  name,
  terms: { ...someTerms, memoryMaxBytes, cpuMaxCores, pidsMax: 10 },
})

describe("a refusal", () => {
  it("names the resource, what is needed, what is left and what would fit", () => {
    const refusal = ask({ added: { ...noAmounts(), memory: 64 * MIB } })
    expect(refusal).toMatchObject({
      code: "load_line_exceeded",
      facts: { resource: "memory", need: 64 * MIB, headroom: 38 * MIB, loadLine: 1500 * MIB, sold: 1462 * MIB },
    })
    expect(refusal?.publicMessage).toBe(
      "This machine has too little memory below its load line: 64 MiB more is needed, and of the 1.46 GiB that may be sold 1.42 GiB is sold already. 38 MiB more would fit. An operator may let it pass with a reason.",
    )
  })

  it("names the largest plan that fits, where it is by plan", () => {
    const added = { ...noAmounts(), memory: 64 * MIB }
    const plans = [plan("Tiny", 8 * MIB), plan("Small", 32 * MIB), plan("Large", 64 * MIB)]
    expect(ask({ added, plans })?.publicMessage).toContain("The largest plan that fits is “Small”.")
    expect(ask({ added, plans: [plan("Large", 64 * MIB)] })?.publicMessage).toContain("No plan fits any more.")
  })

  it("does not come for what exactly fits, nor for what adds nothing, however much too much was sold", () => {
    expect(ask({ added: { ...noAmounts(), memory: 38 * MIB, cpu: 0.1 + 0.2 } })).toBeUndefined()
    expect(ask({})).toBeUndefined()
    expect(
      ask({
        selling: { stopped: true, why: null },
        faults: { memory: { why: "It is gone", facts: { code: "unreadable", resource: "memory" } } },
      }),
    ).toBeUndefined()
  })

  it("comes for any growth where too much was sold, where selling is stopped, and where the size is unknown", () => {
    expect(ask({ added: { ...noAmounts(), disk: 1 } })?.publicMessage).toContain("Nothing more fits.")
    expect(ask({ added: { ...noAmounts(), pids: 1 }, selling: { stopped: true, why: "Memory runs short." } })?.publicMessage).toContain(
      "Nothing more is sold on this machine for the time being: Memory runs short.",
    )
    expect(
      ask({
        added: { ...noAmounts(), cpu: 0.1 },
        faults: { cpu: { why: "It could not be read", facts: { code: "unreadable", resource: "cpu" } } },
      })?.publicMessage,
    ).toContain("It could not be read, so that nothing more of it is sold. An operator")
  })
})

describe("plans", () => {
  it("fit as often as the resource that is full first lets them", () => {
    expect(planHeadroom([plan("Tiny", 8 * MIB), plan("Fast", 8 * MIB, 0.2)], lines)).toEqual([
      { plan: "Tiny", name: "Tiny", fits: 3, boundBy: "cpu" },
      { plan: "Fast", name: "Fast", fits: 1, boundBy: "cpu" },
    ])
  })

  it("do not fit where too much was sold", () => {
    const bounded = { ...plan("Disk", 8 * MIB), terms: { ...someTerms, diskBytes: 1 } }
    expect(planHeadroom([bounded], lines)).toMatchObject([{ fits: 0 }])
  })
})
