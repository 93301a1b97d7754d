import { type ContainerSpec, EngineError } from "@plimsoll/runtime"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { PlanTerms } from "../../contract/plans.js"
import { exceeded, salesOn, startLine } from "../../testing/start-line.js"
import { tenantEngine } from "../../testing/tenant-engine.js"
import { sumPromised } from "./amounts.js"

const GIB = 2 ** 30
const MIB = 2 ** 20
/** What the fallback ratio lets be sold of `someCapacity`. */
const SELLABLE = 1.5 * (10 * GIB - 512 * MIB)

let it_: Awaited<ReturnType<typeof startLine>>
beforeEach(async () => {
  it_ = await startLine(tenantEngine())
})
afterEach(() => it_.close())

const { engine, create, planOf } = salesOn(() => it_)

async function outcomes(work: Promise<unknown>[]): Promise<{ made: number; codes: Set<string> }> {
  const settled = await Promise.allSettled(work)
  const codes = settled.flatMap((one) => (one.status === "rejected" ? [String((one.reason as { code?: unknown }).code)] : []))
  return { made: settled.length - codes.length, codes: new Set(codes) }
}

describe("what may be sold", () => {
  it("is exactly what fits, of 200 containers at the same instant for which 100 have room", async () => {
    const each = SELLABLE / 100
    const { made, codes } = await outcomes(Array.from({ length: 200 }, () => create(Math.floor(each))))
    expect(made).toBe(100)
    expect([...codes]).toEqual(["load_line_exceeded"])
    expect((await it_.lineOf("memory")).headroom).toBeLessThan(each)
  })

  it("is exactly what fits, of tenants and containers at the same instant", async () => {
    const { id } = await planOf({ memoryMaxBytes: 2 * GIB })
    const tenants = Array.from({ length: 8 }, (_, index) => it_.tenancy.it.tenants.create({ tenant: `t${index}`, title: "", plan: id }))
    const { made } = await outcomes([...tenants, ...Array.from({ length: 8 }, () => create(2 * GIB))])
    expect(made).toBe(Math.floor(SELLABLE / (2 * GIB)))
  })

  it("bounds new limits of a container, and lets them shrink even above the line", async () => {
    const { id } = await create(4 * GIB)
    const { containers } = engine()
    await expect(containers.update(id, { limits: { memoryMaxBytes: 15 * GIB } })).rejects.toMatchObject(exceeded("memory"))
    await expect(containers.update(id, { limits: { cpuMaxCores: 100 } })).rejects.toMatchObject(exceeded("cpu"))
    await expect(containers.update(id, { limits: { pidsMax: 4_000_000 } })).rejects.toMatchObject(exceeded("pids"))
    await expect(containers.update(id, { limits: { memoryMaxBytes: 12 * GIB } })).resolves.toBeDefined()
    it_.machine.capacity.memory = 2 * GIB
    await expect(containers.update(id, { limits: { memoryMaxBytes: 11 * GIB } })).resolves.toBeDefined()
    await expect(containers.update(id, { limits: { memoryMaxBytes: 11.5 * GIB } })).rejects.toMatchObject(exceeded("memory"))
    await expect(containers.update(id, { limits: { memoryMaxBytes: null } })).resolves.toBeDefined()
  })

  it("bounds disks as they are made with a container or by themselves, and as they grow", async () => {
    const { containers, volumes } = engine()
    await expect(create(GIB, { diskBytes: 150 * GIB })).rejects.toMatchObject(exceeded("disk"))
    const mounts = [{ kind: "volume", volume: "v", target: "/v" }] as const
    await expect(create(GIB, { mounts: [...mounts], volumeBytes: 150 * GIB })).rejects.toMatchObject(exceeded("disk"))
    await expect(volumes.create({ name: "v", sizeBytes: 150 * GIB })).rejects.toMatchObject(exceeded("disk"))
    const { id } = await create(GIB, { diskBytes: 50 * GIB })
    await volumes.create({ name: "v", sizeBytes: 50 * GIB })
    await expect(volumes.create({ name: "v", sizeBytes: 50 * GIB })).resolves.toBeDefined()
    await expect(containers.resizeDisk(id, 100 * GIB)).rejects.toMatchObject(exceeded("disk"))
    await expect(volumes.resize("v", 100 * GIB)).rejects.toMatchObject(exceeded("disk"))
    await expect(volumes.resize("v", 60 * GIB)).resolves.toBeDefined()
  })

  it("bounds a tenant's plan, another plan, and a plan that is changed for all of its tenants", async () => {
    const { plans, tenants } = it_.tenancy.it
    const [small, large] = [await planOf({ memoryMaxBytes: 2 * GIB }, "Small"), await planOf({ memoryMaxBytes: 14 * GIB }, "Large")]
    await tenants.create({ tenant: "a", title: "", plan: small.id })
    await tenants.create({ tenant: "b", title: "", plan: small.id })
    const refused = await tenants.create({ tenant: "c", title: "", plan: large.id }).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      ...exceeded("memory"),
      publicMessage: expect.stringContaining("largest plan that fits is “Small”") as string,
    })
    await expect(tenants.change("a", { plan: large.id })).rejects.toMatchObject(exceeded("memory"))
    await expect(plans.change(small.id, { terms: { ...small.terms, memoryMaxBytes: 8 * GIB } })).rejects.toMatchObject(exceeded("memory"))
    await expect(plans.change(small.id, { terms: { ...small.terms, memoryMaxBytes: 6 * GIB } })).resolves.toBeDefined()
    expect((await it_.lineOf("memory")).sold).toBe(12 * GIB)
    expect(it_.tenancy.fake.tenantRecords.get("a")?.limits.memoryMaxBytes).toBe(6 * GIB)
  })

  it("counts a tenant that gets a plan by the difference to what its containers had", async () => {
    await create(7 * GIB, { tenant: "free" })
    const { id } = await planOf({ memoryMaxBytes: 14 * GIB })
    await expect(it_.tenancy.it.tenants.create({ tenant: "free", title: "", plan: id })).resolves.toBeDefined()
    expect((await it_.lineOf("memory")).sold).toBe(14 * GIB)
  })

  it("is not asked for what a tenant does within its plan, nor for starts of what was sold", async () => {
    const { id } = await planOf({ memoryMaxBytes: 8 * GIB, containers: 9 })
    await it_.tenancy.it.tenants.create({ tenant: "acme", title: "", plan: id })
    const made = await Promise.all([1, 2, 3].map(() => create(8 * GIB, { tenant: "acme" })))
    const own = await create(0.2 * GIB)
    it_.machine.capacity.memory = GIB
    for (const container of [...made, own]) await expect(engine().containers.start(container.id)).resolves.toBeUndefined()
  })

  it("does not hold for a machine that was added", async () => {
    const docker = it_.tenancy.it.admission.guard({ ...tenantEngine(), kind: "docker" })
    await expect(docker.containers.create({ image: "x", limits: { memoryMaxBytes: 100 * GIB } })).resolves.toBeDefined()
  })

  it("is nothing where the machine's size cannot be read, and where selling was stopped", async () => {
    it_.machine.capacity.memory = null
    await expect(create(MIB * 8)).rejects.toMatchObject({ publicMessage: expect.stringContaining("could not be read") as string })
    await expect(engine().containers.create({ image: "x" })).resolves.toBeDefined()
    it_.machine.capacity.memory = 10 * GIB
    it_.machine.selling = { stopped: true, why: "Memory runs short" }
    await expect(create(MIB * 8)).rejects.toMatchObject({ publicMessage: expect.stringContaining("Memory runs short") as string })
  })

  it("passes the line for an operator's reason and for nobody else's, and only for as long as that request", async () => {
    const { admission } = it_.tenancy.it
    const reason = "the new memory comes on Monday"
    const much = () => create(100 * GIB)
    await expect(admission.overruling({ role: "owner", reason }, much)).rejects.toMatchObject({ code: "permission_denied" })
    await expect(admission.overruling({ role: "owner", reason: undefined }, much)).rejects.toMatchObject({ code: "load_line_exceeded" })
    const [passed, refused] = await Promise.allSettled([admission.overruling({ role: "operator", reason }, much), much()])
    expect([passed.status, refused.status]).toEqual(["fulfilled", "rejected"])
    await expect(much()).rejects.toMatchObject({ code: "load_line_exceeded" })
  })

  it("is only advised where the settings say so, with an event that says why", async () => {
    await it_.line.changeSettings({ mode: "advise" })
    await expect(create(100 * GIB, { name: "huge" })).resolves.toBeDefined()
    expect(it_.noted).toMatchObject([
      { kind: "ladder", action: "advise", name: "huge", attributes: { resource: "memory", need: String(100 * GIB) } },
    ])
  })

  it("goes on after a sale that failed", async () => {
    const failing = it_.line.desk.sell(
      { subject: { id: "", name: "", tenant: "" }, added: async () => sumPromised([{ sold: { memory: 1 } }]) },
      () => Promise.reject(new Error("no disk")),
    )
    await expect(failing).rejects.toThrow("no disk")
    await expect(create(GIB)).resolves.toBeDefined()
  })
})

describe("what may be guaranteed", () => {
  const gold = (memoryGuaranteedBytes: number, more: Partial<PlanTerms> = {}) =>
    planOf({ memoryMaxBytes: memoryGuaranteedBytes, memoryGuaranteedBytes, ...more })
  const tenant = (name: string, plan: { id: string }) => it_.tenancy.it.tenants.create({ tenant: name, title: "", plan: plan.id })

  it("is what there is, of tenants and containers at the same instant, though more may be sold", async () => {
    const each = await gold(GIB / 2)
    const tenants = Array.from({ length: 10 }, (_, index) => tenant(`t${index}`, each))
    const containers = Array.from({ length: 10 }, (_, index) =>
      create(1, { limits: { [index % 2 === 0 ? "memoryMinBytes" : "memoryLowBytes"]: GIB / 2 } }),
    )
    const { made, codes } = await outcomes([...tenants, ...containers])
    expect([made, [...codes]]).toEqual([19, ["load_line_exceeded"]])
    const { guaranteed, allocatable, headroom } = await it_.lineOf("memory")
    expect(guaranteed).toBe(allocatable)
    expect(headroom).toBeGreaterThan(2 * GIB)
  })

  it("bounds a tenant's plan, another plan, and a plan that is changed for all of its tenants", async () => {
    const { plans, tenants } = it_.tenancy.it
    const [small, large] = [await gold(GIB), await gold(8.5 * GIB)]
    await tenant("a", small)
    await tenant("b", small)
    const guaranteeing = (memoryGuaranteedBytes: number) => ({
      terms: { ...small.terms, memoryMaxBytes: 6 * GIB, memoryGuaranteedBytes },
    })
    await expect(tenant("c", large)).rejects.toMatchObject({
      code: "load_line_exceeded",
      facts: { resource: "guaranteedMemory", need: 8.5 * GIB, headroom: 7.5 * GIB, guaranteed: 2 * GIB, allocatable: 9.5 * GIB },
    })
    await expect(tenants.change("a", { plan: large.id })).resolves.toBeDefined()
    await expect(tenants.change("b", { plan: large.id })).rejects.toMatchObject(exceeded("memory"))
    await expect(tenants.change("a", { plan: small.id })).resolves.toBeDefined()
    await expect(plans.change(small.id, guaranteeing(5 * GIB))).rejects.toMatchObject(exceeded("guaranteedMemory"))
    await expect(plans.change(small.id, guaranteeing(4.75 * GIB))).resolves.toBeDefined()
    expect(await it_.lineOf("memory")).toMatchObject({ guaranteed: 9.5 * GIB, allocatable: 9.5 * GIB })
  })

  it("bounds CPU, of which more may be sold three times over", async () => {
    const busy = await planOf({ memoryMaxBytes: GIB, memoryGuaranteedBytes: 0, cpuMaxCores: 2, cpuGuaranteedCores: 1.5 })
    await tenant("a", busy)
    await tenant("b", busy)
    await expect(tenant("c", busy)).rejects.toMatchObject({
      ...exceeded("guaranteedCpu"),
      publicMessage: expect.stringContaining("1.5 cores more is to be guaranteed, and of the 3.8 cores") as string,
    })
  })

  it("bounds a container's own protected memory as it is made and as it grows, and counts the larger of both kinds once", async () => {
    const { containers } = engine()
    await expect(create(1, { limits: { memoryLowBytes: 9.6 * GIB } })).rejects.toMatchObject(exceeded("guaranteedMemory"))
    const { id } = await create(1, { limits: { memoryMinBytes: GIB, memoryLowBytes: 9 * GIB } })
    await expect(containers.update(id, { limits: { memoryMinBytes: 9.6 * GIB } })).rejects.toMatchObject(exceeded("guaranteedMemory"))
    await expect(containers.update(id, { limits: { memoryMinBytes: 8 * GIB } })).resolves.toBeDefined()
    await expect(containers.update(id, { limits: { memoryLowBytes: 9.5 * GIB } })).resolves.toBeDefined()
  })

  it("counts a tenant that gets a plan by the difference to what was guaranteed to its containers", async () => {
    await create(1, { tenant: "free", limits: { memoryLowBytes: 5 * GIB } })
    await expect(tenant("free", await gold(9.5 * GIB))).resolves.toBeDefined()
    expect((await it_.lineOf("memory")).guaranteed).toBe(9.5 * GIB)
  })

  it("stays where there is less than was guaranteed; it may fall, and what guarantees nothing is still sold", async () => {
    const { plans, tenants } = it_.tenancy.it
    const [large, less] = [await gold(4 * GIB), await gold(3 * GIB)]
    await tenant("a", large)
    it_.machine.capacity.memory = 5 * GIB
    await it_.line.changeSettings({ reserve: { memory: 2.5 * GIB }, fallbackRatio: { memory: 3 } })
    expect(await it_.lineOf("memory")).toMatchObject({ guaranteed: 4 * GIB, allocatable: 2.5 * GIB })
    await expect(tenants.change("a", { plan: less.id })).resolves.toBeDefined()
    await expect(create(GIB)).resolves.toBeDefined()
    await expect(create(MIB, { limits: { memoryLowBytes: 1 } })).rejects.toMatchObject(exceeded("guaranteedMemory"))
    await expect(plans.change(less.id, { terms: { ...less.terms, memoryGuaranteedBytes: 2.9 * GIB } })).resolves.toBeDefined()
  })

  it("passes for an operator's reason, and is only advised where the settings say so", async () => {
    const huge = await planOf({ memoryMaxBytes: 12 * GIB, memoryGuaranteedBytes: 10 * GIB })
    const { admission } = it_.tenancy.it
    const reason = "the new memory comes on Monday"
    await expect(tenant("a", huge)).rejects.toMatchObject(exceeded("guaranteedMemory"))
    await expect(admission.overruling({ role: "operator", reason }, () => tenant("a", huge))).resolves.toBeDefined()
    await it_.line.changeSettings({ mode: "advise" })
    await expect(create(1, { name: "kept", limits: { memoryLowBytes: GIB } })).resolves.toBeDefined()
    expect(it_.noted).toMatchObject([{ action: "advise", name: "kept", attributes: { resource: "guaranteedMemory", need: String(GIB) } }])
  })

  it("is told in units of each plan as the lower of both", async () => {
    const small = await gold(2 * GIB)
    await tenant("a", small)
    expect((await it_.line.now()).plans).toMatchObject([{ plan: small.id, fits: 3, boundBy: "guaranteedMemory" }])
    const three = [1, 2, 3, 4].map((index) => tenant(`b${index}`, small))
    expect(await outcomes(three)).toEqual({ made: 3, codes: new Set(["load_line_exceeded"]) })
  })
})

describe("asking before an image is here", () => {
  const ask = (spec: Partial<ContainerSpec>) => it_.tenancy.it.admission.ask(engine(), { image: "far.test/away:1", ...spec })
  beforeEach(() => {
    engine().images.inspect = async (reference) => {
      throw new EngineError("image_not_found", { facts: { reference } })
    }
  })

  it("is refused what the line refuses now, with what is known of its volumes, and takes no place", async () => {
    await expect(ask({ limits: { memoryMaxBytes: 15 * GIB } })).rejects.toMatchObject(exceeded("memory"))
    await expect(ask({ limits: { memoryLowBytes: 9.6 * GIB } })).rejects.toMatchObject(exceeded("guaranteedMemory"))
    const mounts = [{ kind: "volume", volume: "v", target: "/v" }] as const
    await expect(ask({ mounts: [...mounts], volumeBytes: 150 * GIB })).rejects.toMatchObject(exceeded("disk"))
    for (let time = 0; time < 2; time++) await expect(ask({ limits: { memoryMaxBytes: 12 * GIB } })).resolves.toBeUndefined()
    expect(await it_.lineOf("memory")).toMatchObject({ sold: 0 })
  })

  it("passes for an operator's reason, and where the line only advises, which is told when it is made", async () => {
    const much = () => ask({ limits: { memoryMaxBytes: 100 * GIB } })
    const overrule = { role: "operator", reason: "the new memory comes on Monday" } as const
    await expect(it_.tenancy.it.admission.overruling(overrule, much)).resolves.toBeUndefined()
    await expect(much()).rejects.toMatchObject(exceeded("memory"))
    await it_.line.changeSettings({ mode: "advise" })
    await expect(much()).resolves.toBeUndefined()
    expect(it_.noted).toEqual([])
  })

  it("is refused what a tenant's plan has no room for, and what a suspended tenant asks for", async () => {
    const { id } = await planOf({ memoryMaxBytes: GIB, containers: 1, volumes: 0 })
    await it_.tenancy.it.tenants.create({ tenant: "acme", title: "", plan: id })
    await expect(ask({ tenant: "acme", limits: { memoryMaxBytes: 2 * GIB } })).rejects.toMatchObject({ code: "quota_exceeded" })
    const mounts = [{ kind: "volume", volume: "v", target: "/v" }] as const
    await expect(ask({ tenant: "acme", mounts: [...mounts] })).rejects.toMatchObject({ facts: { resource: "volumes" } })
    await expect(ask({ tenant: "acme" })).resolves.toBeUndefined()
    await it_.tenancy.it.tenants.suspend("acme", "unpaid")
    await expect(ask({ tenant: "acme" })).rejects.toMatchObject({ code: "permission_denied" })
  })

  it("is nothing to a machine that was added", async () => {
    const docker = { ...tenantEngine(), kind: "docker" } as const
    await expect(it_.tenancy.it.admission.ask(docker, { image: "x", limits: { memoryMaxBytes: 100 * GIB } })).resolves.toBeUndefined()
  })
})
