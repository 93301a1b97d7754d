import type { ContainerSummary } from "@plimsoll/runtime"
import { describe, expect, it } from "vitest"
import { statsOf, summaryOf } from "../../testing/fake-engine.js"
import { someTerms } from "../../testing/tenancy.js"
import type { BookedTenant } from "../tenants/tenant-book.js"
import { assessContainers } from "./assess-containers.js"
import { chooseHibernate, type HibernateRule, hibernateAfterMs } from "./choose-hibernate.js"
import { chooseNap, type NapRule } from "./choose-nap.js"
import { chooseReclaim, STEP_SHARE } from "./choose-reclaim.js"
import { chooseStop } from "./choose-stop.js"
import { chooseTighten } from "./choose-tighten.js"
import type { Subject } from "./subject.js"

const MiB = 2 ** 20
const subject = (id: string, changes: Partial<Subject> = {}): Subject => ({
  id,
  name: id,
  tenant: "operator",
  state: "running",
  labels: {},
  limits: {},
  residentBytes: 100 * MiB,
  swappedBytes: 0,
  floorBytes: 0,
  guaranteedShare: 0,
  tenantExcessBytes: 100 * MiB,
  spared: null,
  isBestEffort: false,
  cpuWeight: 100,
  quietForMs: 0,
  majorFaults: 0,
  memoryStall: null,
  ...changes,
})
const ids = (chosen: readonly { subject: Subject }[]) => chosen.map(({ subject: { id } }) => id)

describe("what is guaranteed", () => {
  const planned = (memoryGuaranteedBytes: number) =>
    ({ plan: { id: "p", name: "Plan", terms: { ...someTerms, memoryGuaranteedBytes, cpuWeight: 300 } } }) as BookedTenant
  const book = { get: (tenant: string) => ({ within: planned(300 * MiB), above: planned(50 * MiB) })[tenant] }
  const assess = (
    containers: {
      id: string
      tenant: string
      mebibytes: number
      swapped?: number
      labels?: Record<string, string>
      limits?: object
      row?: Partial<ContainerSummary>
    }[],
  ) =>
    assessContainers({
      rows: new Map(
        containers.map(({ id, tenant, labels = {}, limits = {}, row = {} }) => [
          id,
          { ...summaryOf(id, { tenant, labels, limits, ...row }), host: "local", stats: null },
        ]),
      ),
      samples: new Map(
        containers.map(({ id, mebibytes, swapped = 0 }) => {
          const stats = statsOf(id, 1, 1)
          const memory = { ...stats.memory, usedBytes: (mebibytes + swapped) * MiB, swapBytes: swapped * MiB }
          return [id, { stats: { ...stats, memory }, rates: {} as never, operations: { read: null, write: null } }]
        }),
      ),
      book,
      idle: { quietForMs: () => 7 },
      settings: { exemptTenants: ["vip"] },
      at: 0,
    })

  it("spares a tenant whose containers together stay within it, and only the excess of one that does not", () => {
    const subjects = assess([
      { id: "a", tenant: "within", mebibytes: 200 },
      { id: "b", tenant: "within", mebibytes: 100 },
      { id: "c", tenant: "above", mebibytes: 150 },
      { id: "d", tenant: "above", mebibytes: 50, swapped: 900 },
      { id: "e", tenant: "free", mebibytes: 10 },
    ])
    expect(
      subjects.map(({ id, spared, floorBytes, tenantExcessBytes }) => [id, spared, floorBytes / MiB, tenantExcessBytes / MiB]),
    ).toEqual([
      ["a", "guaranteed", 200, 0],
      ["b", "guaranteed", 100, 0],
      ["c", null, 37.5, 150],
      ["d", null, 12.5, 150],
      ["e", null, 0, 10],
    ])
    expect(subjects.map(({ isBestEffort, cpuWeight }) => [isBestEffort, cpuWeight])).toEqual([
      [false, 300],
      [false, 300],
      [false, 300],
      [false, 300],
      [true, 100],
    ])
  })

  it("knows what lies in swap, and of those that hibernate nothing, whatever was measured last", () => {
    const hibernated = {
      state: { status: "hibernated", startedAt: 1, hibernatedAt: 2 },
      hibernation: { since: 2, beforeBytes: 3, imageBytes: 4 },
    } as const
    expect(assess([{ id: "a", tenant: "free", mebibytes: 10, swapped: 30 }])).toMatchObject([
      { residentBytes: 10 * MiB, swappedBytes: 30 * MiB },
    ])
    expect(assess([{ id: "a", tenant: "free", mebibytes: 10, row: hibernated }])).toEqual([])
  })

  it("is also what a container's own limits protect; exempt tenants and labels are spared whatever they take", () => {
    const subjects = assess([
      { id: "a", tenant: "free", mebibytes: 100, limits: { memoryLowBytes: 100 * MiB } },
      { id: "b", tenant: "free", mebibytes: 100, limits: { memoryMinBytes: 25 * MiB, memoryMaxBytes: 200 * MiB } },
      { id: "c", tenant: "vip", mebibytes: 500 },
      { id: "d", tenant: "free", mebibytes: 500, labels: { "plimsoll.ladder": "exempt" } },
    ])
    expect(subjects.map(({ spared, floorBytes, isBestEffort }) => [spared, floorBytes / MiB, isBestEffort])).toEqual([
      ["guaranteed", 100, true],
      [null, 25, false],
      ["tenant", 0, true],
      ["label", 0, true],
    ])
  })
})

describe("reclaim", () => {
  const rule = { stepShare: STEP_SHARE, isReady: () => true }
  it("takes a small step from the longest quiet, of those alike from the largest, four at once", () => {
    const chosen = chooseReclaim(
      [
        subject("busy"),
        subject("quiet", { quietForMs: 60_000 }),
        subject("large", { quietForMs: 30_000, residentBytes: 400 * MiB }),
        subject("small", { quietForMs: 30_000, residentBytes: 40 * MiB }),
        subject("tiny", { quietForMs: 90_000, residentBytes: MiB }),
        subject("last", { residentBytes: 50 * MiB }),
      ],
      rule,
    )
    expect(ids(chosen)).toEqual(["quiet", "large", "small", "busy"])
    expect(chosen.map(({ bytes }) => bytes / MiB)).toEqual([1.5, 6, 1, 1.5].map((size) => Math.floor(size * MiB) / MiB))
  })

  it("takes nothing below what is guaranteed, from the spared, from sleepers, or from those that are not ready", () => {
    expect(
      ids(
        chooseReclaim(
          [
            subject("floor", { floorBytes: 100 * MiB }),
            subject("exempt", { spared: "label" }),
            subject("asleep", { state: "napping" }),
            subject("stalls"),
          ],
          { ...rule, isReady: ({ id }) => id !== "stalls" },
        ),
      ),
    ).toEqual([])
    expect(chooseReclaim([subject("near", { floorBytes: 100 * MiB - 500 })], rule)[0]?.bytes).toBe(500)
  })
})

describe("tightening", () => {
  const rule = { hasSwap: true, isTightened: () => false }
  it("begins with the most above its guarantee, and goes down to that at most", () => {
    const chosen = chooseTighten(
      [
        subject("near", { floorBytes: 95 * MiB }),
        subject("far"),
        subject("spared", { spared: "guaranteed" }),
        subject("tiny", { residentBytes: MiB }),
        subject("has", { limits: { memoryHighBytes: 50 * MiB } }),
      ],
      rule,
    )
    expect(chosen.map(({ subject: { id }, highBytes }) => [id, highBytes / MiB])).toEqual([
      ["far", 90],
      ["near", 95],
    ])
  })

  it("only stops growth where there is no swap, and does none twice", () => {
    const [chosen, ...others] = chooseTighten([subject("a"), subject("b")], { hasSwap: false, isTightened: (id) => id === "b" })
    expect([chosen?.highBytes, others]).toEqual([100 * MiB, []])
  })
})

describe("a nap", () => {
  const rule: NapRule = { idleMs: 60_000, kernelHoldsGuarantee: true, patience: () => 1, isPutOff: () => false }
  const idle = (id: string, changes: Partial<Subject> = {}) => subject(id, { quietForMs: 60_000, ...changes })

  it("is taken by the largest of the idle", () => {
    expect(
      chooseNap([idle("small"), idle("large", { residentBytes: 200 * MiB }), subject("busy", { residentBytes: 900 * MiB })], rule)?.id,
    ).toBe("large")
    expect(chooseNap([subject("almost", { quietForMs: 59_999 })], rule)).toBe(undefined)
  })

  it("follows the label: its own time, never, or the usual where it says nothing that can be read", () => {
    const labelled = (value: string, quietForMs: number) =>
      chooseNap([subject("c", { quietForMs, labels: { "plimsoll.nap.after-ms": value } })], rule)
    expect(labelled("5000", 5000)?.id).toBe("c")
    expect(labelled("90000", 60_000)).toBe(undefined)
    for (const never of ["0", "exempt"]) expect(labelled(never, 9e9)).toBe(undefined)
    for (const unreadable of ["soon", "-1", "1e3", ""]) {
      expect(labelled(unreadable, 59_000)).toBe(undefined)
      expect(labelled(unreadable, 60_000)?.id).toBe("c")
    }
  })

  it("is not taken by the spared, the paused, those that could not just now, nor again too soon by one that was woken at once", () => {
    expect(chooseNap([idle("a", { spared: "tenant" }), idle("b", { state: "paused" }), idle("c", { state: "napping" })], rule)).toBe(
      undefined,
    )
    expect(chooseNap([idle("a")], { ...rule, isPutOff: () => true })).toBe(undefined)
    expect(chooseNap([idle("a")], { ...rule, patience: () => 2 })).toBe(undefined)
    expect(chooseNap([idle("a", { quietForMs: 120_000 })], { ...rule, patience: () => 2 })?.id).toBe("a")
  })

  it("leaves a tenant its guarantee also where the kernel cannot hold it", () => {
    const above = idle("a", { tenantExcessBytes: 60 * MiB })
    expect(chooseNap([above], rule)?.id).toBe("a")
    expect(chooseNap([above], { ...rule, kernelHoldsGuarantee: false })).toBe(undefined)
  })
})

describe("hibernation", () => {
  const rule: HibernateRule = { idleMs: 60_000, patience: () => 1, isPutOff: () => false }
  const idle = (id: string, changes: Partial<Subject> = {}) => subject(id, { quietForMs: 60_000, ...changes })

  it("is for sleepers before those that run, and then for the largest in memory and swap", () => {
    const all = [
      idle("runs", { residentBytes: 900 * MiB, tenantExcessBytes: 900 * MiB }),
      idle("sleeps", { state: "napping", residentBytes: MiB, swappedBytes: 50 * MiB }),
      idle("swapped", { state: "napping", residentBytes: MiB, swappedBytes: 80 * MiB }),
      idle("small", { swappedBytes: 10 * MiB }),
      idle("paused", { state: "paused" }),
      subject("busy", { residentBytes: 900 * MiB }),
    ]
    const order: string[] = []
    const isPutOff = (id: string) => order.includes(id)
    for (let next = chooseHibernate(all, rule); next !== undefined; next = chooseHibernate(all, { ...rule, isPutOff })) order.push(next.id)
    expect(order).toEqual(["swapped", "sleeps", "runs", "small"])
  })

  it("follows the labels: its own time, or never; whoever is spared from naps is spared from it, and waits for as long as for a nap", () => {
    const after = (labels: Record<string, string>) => hibernateAfterMs({ labels }, 60_000)
    const [own, nap] = ["plimsoll.hibernate.after-ms", "plimsoll.nap.after-ms"]
    expect(after({})).toBe(60_000)
    expect(after({ [own]: "5000" })).toBe(5000)
    for (const never of ["0", "exempt"]) {
      expect(after({ [own]: never })).toBe(null)
      expect(after({ [nap]: never })).toBe(null)
      expect(after({ [nap]: never, [own]: "5000" })).toBe(null)
    }
    expect(after({ [nap]: "5000" })).toBe(60_000)
    expect(after({ [nap]: "90000" })).toBe(90_000)
    expect(after({ [nap]: "90000", [own]: "70000" })).toBe(70_000)
    for (const unreadable of ["soon", "-1", "1e3", ""]) expect(after({ [own]: unreadable, [nap]: unreadable })).toBe(60_000)
    expect(chooseHibernate([idle("c", { labels: { [own]: "60001" } })], rule)).toBe(undefined)
  })

  it("is not for the spared, for those that could not just now, nor too soon for one that was woken at once", () => {
    for (const spared of ["tenant", "label", "guaranteed"] as const) expect(chooseHibernate([idle("a", { spared })], rule)).toBe(undefined)
    expect(chooseHibernate([idle("a")], { ...rule, isPutOff: () => true })).toBe(undefined)
    expect(chooseHibernate([idle("a")], { ...rule, patience: () => 2 })).toBe(undefined)
    expect(chooseHibernate([idle("a", { quietForMs: 120_000 })], { ...rule, patience: () => 2 })?.id).toBe("a")
  })

  it("leaves a tenant all that is guaranteed to it in its other containers", () => {
    expect(chooseHibernate([idle("a", { tenantExcessBytes: 99 * MiB })], rule)).toBe(undefined)
    expect(chooseHibernate([idle("a", { tenantExcessBytes: MiB, residentBytes: MiB, state: "napping" })], rule)?.id).toBe("a")
  })
})

describe("stop", () => {
  const never = () => false
  it("begins with the lowest class: nothing promised, lowest share guaranteed, lowest weight, largest", () => {
    const all = [
      subject("half", { guaranteedShare: 0.5 }),
      subject("light", { guaranteedShare: 0.2, cpuWeight: 50 }),
      subject("heavy", { guaranteedShare: 0.2 }),
      subject("free", { isBestEffort: true, residentBytes: 20 * MiB }),
      subject("free-large", { isBestEffort: true }),
      subject("guaranteed", { guaranteedShare: 1, spared: "guaranteed" }),
      subject("exempt", { isBestEffort: true, spared: "tenant" }),
      subject("asleep", { isBestEffort: true, state: "napping" }),
      subject("tiny", { isBestEffort: true, residentBytes: MiB }),
    ]
    const order: string[] = []
    for (let next = chooseStop(all, never); next !== undefined; next = chooseStop(all, (id) => order.includes(id))) order.push(next.id)
    expect(order).toEqual(["free-large", "free", "light", "heavy", "half"])
  })
})
