import { describe, expect, it } from "vitest"
import { summaryOf } from "../../testing/fake-engine.js"
import { someTerms } from "../../testing/tenancy.js"
import type { BookedTenant } from "../tenants/tenant-book.js"
import { countBestEffort, listSales, promisedTo, sumGuaranteed, sumSold } from "./sales.js"

const GIB = 2 ** 30
const booked: BookedTenant = {
  name: "acme",
  title: "Acme Ltd",
  status: "suspended",
  plan: { id: "p", name: "Small", terms: { ...someTerms, diskBytes: 4 * GIB } },
  createdAt: 1,
  suspendedAt: 1,
  suspendReason: null,
  removeAt: null,
  heldIds: null,
}
const volume = (name: string, tenant: string, sizeBytes?: number) => ({
  name,
  tenant,
  limit: sizeBytes === undefined ? ({ kind: "none" } as const) : ({ kind: "disk", sizeBytes, allocatedBytes: 0 } as const),
})
const objects = {
  tenants: [booked],
  containers: [
    summaryOf("a", { tenant: "acme", limits: { memoryMaxBytes: 64 * GIB }, diskBytes: GIB }),
    summaryOf("b", { limits: { memoryMaxBytes: GIB, memoryMinBytes: 7, cpuMaxCores: 0.5, pidsMax: 10 }, diskBytes: 2 * GIB }),
    summaryOf("c", { tenant: "free", state: { status: "created" }, limits: { memoryMaxBytes: GIB } }),
    summaryOf("d"),
  ],
  volumes: [volume("v", "operator", GIB), volume("w", "operator"), volume("x", "acme", 9 * GIB)],
}

describe("what was sold", () => {
  const sales = listSales(objects)

  it("is a tenant's plan, whatever its containers add up to, and also while it is suspended", () => {
    expect(sales.find(({ key }) => key === "tenant:acme")).toMatchObject({ sold: { memory: GIB, cpu: 1, disk: 4 * GIB, pids: 500 } })
    expect(promisedTo(sales, "acme")).toEqual({
      sold: { memory: GIB, cpu: 1, disk: 4 * GIB, pids: 500 },
      guaranteed: { memory: someTerms.memoryGuaranteedBytes, cpu: someTerms.cpuGuaranteedCores, disk: 0, pids: 0 },
    })
    expect(sales.filter(({ tenant }) => tenant === "acme")).toHaveLength(1)
  })

  it("is the limits of each container of others, and the size of each of their volumes, whether it runs or not", () => {
    expect(sales.map(({ key }) => key)).toEqual(["tenant:acme", "container:b", "container:c", "container:d", "volume:v"])
    expect(sumSold(sales)).toEqual({ memory: 3 * GIB, cpu: 1.5, disk: 7 * GIB, pids: 510 })
  })

  it("promises nothing where there is no limit, and counts those", () => {
    expect(sales.find(({ key }) => key === "container:d")?.sold).toEqual({})
    expect([countBestEffort(sales, "memory"), countBestEffort(sales, "cpu"), countBestEffort(sales, "pids")]).toEqual([1, 2, 2])
  })

  it("is guaranteed as far as plan and limits protect it", () => {
    expect(sumGuaranteed(sales)).toMatchObject({ memory: someTerms.memoryGuaranteedBytes + 7, cpu: someTerms.cpuGuaranteedCores })
  })
})
