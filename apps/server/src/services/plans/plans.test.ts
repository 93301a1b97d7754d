import { EngineError } from "@plimsoll/runtime"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { statsOf } from "../../testing/fake-engine.js"
import { someTerms, startTenancy } from "../../testing/tenancy.js"
import { tenantEngine } from "../../testing/tenant-engine.js"

const GIB = 2 ** 30
let tenancy: Awaited<ReturnType<typeof startTenancy>>

beforeEach(async () => {
  tenancy = await startTenancy(tenantEngine({ enforceableLimits: { memoryLowBytes: { enforceable: true } } }))
})
afterEach(() => tenancy.close())

async function sell(...tenants: string[]) {
  const plan = await tenancy.it.plans.create({ name: "Small", terms: someTerms })
  for (const tenant of tenants) await tenancy.it.tenants.create({ tenant, title: "", plan: plan.id })
  return plan
}
const limitsOf = (tenant: string) => tenancy.fake.tenantRecords.get(tenant)?.limits
const create = (tenant: string) => tenancy.it.engine.containers.create({ image: "starter", tenant })

describe("plans", () => {
  it("hold in the kernel for a tenant that gets one, and for all of its tenants when they change", async () => {
    const plan = await sell("acme", "blue")
    expect(limitsOf("blue")).toEqual({
      memoryMaxBytes: GIB,
      cpuMaxCores: 1,
      cpuWeight: 100,
      pidsMax: 500,
      memoryLowBytes: 2 ** 27,
    })
    const terms = { ...someTerms, memoryMaxBytes: 2 * GIB, memoryGuaranteedBytes: 0, networkBytesPerSecond: 1000 }
    const changed = await tenancy.it.plans.change(plan.id, { name: "Medium", terms })
    expect(changed).toMatchObject({ name: "Medium", terms, tenants: ["acme", "blue"] })
    for (const tenant of ["acme", "blue"]) {
      expect(limitsOf(tenant)).toMatchObject({ memoryMaxBytes: 2 * GIB })
      expect(limitsOf(tenant)).not.toHaveProperty("memoryLowBytes")
      expect(tenancy.fake.tenantRecords.get(tenant)?.networkBytesPerSecond).toBe(1000)
      expect(tenancy.it.tenants.standing(tenant)?.terms.memoryMaxBytes).toBe(2 * GIB)
    }
  })

  it("are refused when one that hibernates would wake to more memory than they give", async () => {
    const plan = await sell("acme")
    const { id } = await create("acme")
    await tenancy.it.engine.containers.start(id)
    const running = statsOf(id, 1, 0)
    tenancy.fake.stats.set(id, { ...running, memory: { ...running.memory, usedBytes: 600 * 2 ** 20 } })
    await tenancy.it.engine.containers.hibernate(id)
    await expect(tenancy.it.plans.change(plan.id, { terms: { ...someTerms, memoryMaxBytes: GIB / 2 } })).rejects.toMatchObject({
      code: "limit_below_usage",
      facts: { tenant: "acme", resource: "memoryMaxBytes", used: 600 * 2 ** 20, wanted: GIB / 2 },
    })
    await expect(tenancy.it.plans.change(plan.id, { terms: { ...someTerms, memoryMaxBytes: GIB } })).resolves.toBeDefined()
  })

  it("are refused when more is in use, with each tenant and resource that is in the way, and nothing changes", async () => {
    const plan = await sell("acme", "blue")
    const [{ id }] = [await create("acme"), await create("acme"), await create("blue")]
    await tenancy.it.engine.containers.start(id)
    const running = statsOf(id, 1, 0)
    tenancy.fake.stats.set(id, { ...running, memory: { ...running.memory, usedBytes: 600 * 2 ** 20 }, pids: { current: 60 } })
    const terms = { ...someTerms, memoryMaxBytes: GIB / 2, pidsMax: 50, containers: 1 }
    await expect(tenancy.it.plans.change(plan.id, { terms })).rejects.toMatchObject({
      code: "limit_below_usage",
      facts: {
        tenant: "acme",
        resource: "memoryMaxBytes",
        used: 600 * 2 ** 20,
        wanted: GIB / 2,
        obstacles: [`acme: memoryMaxBytes ${600 * 2 ** 20} > ${GIB / 2}`, "acme: pidsMax 60 > 50", "acme: containers 2 > 1"],
      },
      publicMessage: expect.stringContaining("Tenant “acme” has 600 MiB of memory, and would have 512 MiB.") as string,
    })
    expect(limitsOf("blue")).toMatchObject({ pidsMax: 500 })
    expect((await tenancy.it.plans.list())[0]?.terms).toEqual(someTerms)
  })

  it("that fail for one tenant in the middle leave kernel and database as they were", async () => {
    const plan = await sell("acme", "blue", "cyan")
    const { setLimits } = tenancy.fake.tenants
    let calls = 0
    Object.assign(tenancy.fake.tenants, {
      setLimits: (tenant: string, limits: object) => {
        calls++
        if (calls === 2) return Promise.reject(new EngineError("cgroup_failed", { facts: { tenant } }))
        return setLimits(tenant, limits)
      },
    })
    const before = ["acme", "blue", "cyan"].map(limitsOf)
    await expect(tenancy.it.plans.change(plan.id, { terms: { ...someTerms, pidsMax: 900 } })).rejects.toMatchObject({
      code: "cgroup_failed",
    })
    expect(["acme", "blue", "cyan"].map(limitsOf)).toEqual(before)
    expect((await tenancy.it.plans.list())[0]?.terms).toEqual(someTerms)
    expect(tenancy.it.tenants.standing("acme")?.terms.pidsMax).toBe(500)
    expect(tenancy.reported).toEqual([])
  })

  it("do not change while something is being made that would not fit any more", async () => {
    const plan = await sell("acme")
    await create("acme")
    const [made, changed] = await Promise.allSettled([
      create("acme"),
      tenancy.it.plans.change(plan.id, { terms: { ...someTerms, containers: 1 } }),
    ])
    expect(made.status).toBe("fulfilled")
    expect(changed).toMatchObject({ status: "rejected", reason: { code: "limit_below_usage" } })
  })

  it("count what was being made when a tenant got its first one", async () => {
    const plan = await tenancy.it.plans.create({ name: "One", terms: { ...someTerms, containers: 1 } })
    const [first, second, sold] = await Promise.allSettled([
      create("old"),
      create("old"),
      tenancy.it.tenants.create({ tenant: "old", title: "", plan: plan.id }),
    ])
    expect([first.status, second.status]).toEqual(["fulfilled", "fulfilled"])
    expect(sold).toMatchObject({ status: "rejected", reason: { code: "limit_below_usage", facts: { resource: "containers", used: 2 } } })
  })

  it("are not lost while a tenant has them, also when both are asked for at once", async () => {
    const plan = await sell("acme")
    await expect(tenancy.it.plans.remove(plan.id)).rejects.toMatchObject({ code: "conflict", facts: { tenants: ["acme"] } })
    const free = await tenancy.it.plans.create({ name: "Free", terms: someTerms })
    const [removed, taken] = await Promise.allSettled([
      tenancy.it.plans.remove(free.id),
      tenancy.it.tenants.create({ tenant: "blue", title: "", plan: free.id }),
    ])
    expect([removed.status, taken.status]).toEqual(["fulfilled", "rejected"])
    expect(taken).toMatchObject({ reason: { code: "not_found" } })
    const other = await tenancy.it.plans.create({ name: "Other", terms: someTerms })
    const [change, removal] = await Promise.allSettled([
      tenancy.it.tenants.change("acme", { plan: other.id }),
      tenancy.it.plans.remove(other.id),
    ])
    expect(change.status).toBe("fulfilled")
    expect(removal).toMatchObject({ status: "rejected", reason: { code: "conflict" } })
    await expect(tenancy.it.prisma.plan.delete({ where: { id: other.id } })).rejects.toThrow()
  })

  it("have names of their own, whatever the letter case", async () => {
    await sell()
    await expect(tenancy.it.plans.create({ name: "small", terms: someTerms })).rejects.toMatchObject({ code: "name_in_use" })
    await expect(tenancy.it.plans.change("nothing", { name: "x" })).rejects.toMatchObject({ code: "not_found" })
  })
})
