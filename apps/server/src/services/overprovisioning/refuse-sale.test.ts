import { describe, expect, it } from "vitest"
import type { ResourceLine, ResourceName } from "../../contract/overprovisioning.js"
import { someTerms } from "../../testing/tenancy.js"
import { type Amounts, type Promised, sumPromised } from "./amounts.js"
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
const promised = (sold: Partial<Amounts> = {}, guaranteed: Partial<Amounts> = {}): Promised => sumPromised([{ sold, guaranteed }])
const lines = [line("memory", 38 * MIB), line("cpu", 0.3), line("disk", -5), line("pids", 100)]
const ask = (request: Partial<SaleRequest>) =>
  refusalOf({ added: promised(), lines, faults: {}, selling: { stopped: false, why: null }, ...request })
const plan = (name: string, memoryMaxBytes: number, cpuMaxCores = 0.1) => ({
  id: name,
  name,
  terms: { ...someTerms, memoryMaxBytes, cpuMaxCores, pidsMax: 10, memoryGuaranteedBytes: 0, cpuGuaranteedCores: 0 },
})
const guaranteeing = (name: string, memoryGuaranteedBytes: number, cpuGuaranteedCores = 0) => {
  const made = plan(name, 8 * MIB)
  return { ...made, terms: { ...made.terms, memoryGuaranteedBytes, cpuGuaranteedCores } }
}
/** Of each there is more to sell than to guarantee. */
const guaranteed = (memory: number, cpu: number) => [
  { ...line("memory", 500 * MIB), allocatable: 900 * MIB, guaranteed: memory },
  { ...line("cpu", 50), capacity: 4, allocatable: 3.6, guaranteed: cpu },
]

describe("a refusal", () => {
  it("names the resource, what is needed, what is left and what would fit", () => {
    const refusal = ask({ added: promised({ memory: 64 * MIB }) })
    expect(refusal).toMatchObject({
      code: "load_line_exceeded",
      facts: { resource: "memory", need: 64 * MIB, headroom: 38 * MIB, loadLine: 1500 * MIB, sold: 1462 * MIB },
    })
    expect(refusal?.publicMessage).toBe(
      "This machine has too little memory below its load line: 64 MiB more is needed, and of the 1.46 GiB that may be sold 1.42 GiB is sold already. 38 MiB more would fit. An operator may let it pass with a reason.",
    )
  })

  it("names the largest plan that fits, where it is by plan", () => {
    const added = promised({ memory: 64 * MIB })
    const plans = [plan("Tiny", 8 * MIB), plan("Small", 32 * MIB), plan("Large", 64 * MIB)]
    expect(ask({ added, plans })?.publicMessage).toContain("The largest plan that fits is “Small”.")
    expect(ask({ added, plans: [plan("Large", 64 * MIB)] })?.publicMessage).toContain("No plan fits any more.")
  })

  it("does not come for what exactly fits, nor for what adds nothing, however much too much was sold", () => {
    expect(ask({ added: promised({ memory: 38 * MIB, cpu: 0.1 + 0.2 }) })).toBeUndefined()
    expect(ask({})).toBeUndefined()
    expect(
      ask({
        selling: { stopped: true, why: null },
        faults: { memory: { why: "It is gone", facts: { code: "unreadable", resource: "memory" } } },
      }),
    ).toBeUndefined()
  })

  it("comes for any growth where too much was sold, where selling is stopped, and where the size is unknown", () => {
    expect(ask({ added: promised({ disk: 1 }) })?.publicMessage).toContain("Nothing more fits.")
    expect(ask({ added: promised({ pids: 1 }), selling: { stopped: true, why: "Memory runs short." } })?.publicMessage).toContain(
      "Nothing more is sold on this machine for the time being: Memory runs short.",
    )
    expect(
      ask({
        added: promised({ cpu: 0.1 }),
        faults: { cpu: { why: "It could not be read", facts: { code: "unreadable", resource: "cpu" } } },
      })?.publicMessage,
    ).toContain("It could not be read, so that nothing more of it is sold. An operator")
  })
})

describe("a refusal of a guarantee", () => {
  it("names it, what is needed, what is left to be guaranteed and what would fit, however much could be sold", () => {
    const refusal = ask({ added: promised({ memory: 64 * MIB }, { memory: 64 * MIB }), lines: guaranteed(862 * MIB, 0) })
    expect(refusal).toMatchObject({
      code: "load_line_exceeded",
      facts: { resource: "guaranteedMemory", need: 64 * MIB, headroom: 38 * MIB, allocatable: 900 * MIB, guaranteed: 862 * MIB },
    })
    expect(refusal?.publicMessage).toBe(
      "This machine has too little memory that can be guaranteed: 64 MiB more is to be guaranteed, and of the 900 MiB that can be given 862 MiB is guaranteed already. 38 MiB more could be guaranteed. An operator may let it pass with a reason.",
    )
  })

  it("comes for CPU, and names the largest plan that fits where it is by plan", () => {
    const plans = [guaranteeing("Calm", 0, 0.5), guaranteeing("Busy", 0, 2)]
    const refusal = ask({ added: promised({}, { cpu: 2 }), lines: guaranteed(0, 3), plans })
    expect(refusal).toMatchObject({ facts: { resource: "guaranteedCpu", need: 2, headroom: expect.closeTo(0.6, 6) as number } })
    expect(refusal?.publicMessage).toContain("0.6 cores more could be guaranteed. The largest plan that fits is “Calm”. An operator")
  })

  it("does not come for what exactly fits, nor, where too much is guaranteed already, for what guarantees nothing more", () => {
    expect(ask({ added: promised({}, { memory: 38 * MIB, cpu: 0.1 + 0.2 }), lines: guaranteed(862 * MIB, 3.3) })).toBeUndefined()
    expect(ask({ added: promised({ memory: MIB }), lines: guaranteed(2000 * MIB, 9) })).toBeUndefined()
    expect(ask({ added: promised({}, { memory: 1 }), lines: guaranteed(2000 * MIB, 9) })?.publicMessage).toContain(
      "Nothing more can be guaranteed. An operator",
    )
  })

  it("comes where selling is stopped and where the size is unknown", () => {
    const more = { added: promised({}, { memory: 1 }), lines: guaranteed(0, 0) }
    expect(ask({ ...more, selling: { stopped: true, why: null } })).toMatchObject({ facts: { resource: "guaranteedMemory", need: 1 } })
    const faults = { memory: { why: "It could not be read", facts: { code: "unreadable", resource: "memory" } } } as const
    expect(ask({ ...more, faults })?.publicMessage).toContain("It could not be read, so that nothing more of it is sold.")
  })
})

describe("plans", () => {
  it("fit as often as the resource that is full first lets them", () => {
    expect(planHeadroom([plan("Tiny", 8 * MIB), plan("Fast", 8 * MIB, 0.2)], lines)).toEqual([
      { plan: "Tiny", name: "Tiny", fits: 3, boundBy: "cpu" },
      { plan: "Fast", name: "Fast", fits: 1, boundBy: "cpu" },
    ])
  })

  it("fit no more often than what they guarantee can be kept", () => {
    const plans = [guaranteeing("Memory", 100 * MIB), guaranteeing("CPU", 100 * MIB, 1.2), plan("Neither", 8 * MIB)]
    expect(planHeadroom(plans, guaranteed(550 * MIB, 1.2))).toMatchObject([
      { fits: 3, boundBy: "guaranteedMemory" },
      { fits: 2, boundBy: "guaranteedCpu" },
      { fits: 62, boundBy: "memory" },
    ])
    expect(planHeadroom(plans, guaranteed(2000 * MIB, 0))).toMatchObject([{ fits: 0 }, { fits: 0 }, { fits: 62 }])
  })

  it("do not fit where too much was sold", () => {
    const bounded = { ...plan("Disk", 8 * MIB), terms: { ...someTerms, diskBytes: 1 } }
    expect(planHeadroom([bounded], lines)).toMatchObject([{ fits: 0 }])
  })
})
