import { EngineError } from "@plimsoll/runtime"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { PlanTerms } from "../../contract/plans.js"
import { someTerms, startTenancy } from "../../testing/tenancy.js"
import { tenantEngine } from "../../testing/tenant-engine.js"

const GIB = 2 ** 30
let tenancy: Awaited<ReturnType<typeof startTenancy>>

beforeEach(async () => {
  tenancy = await startTenancy(tenantEngine())
})
afterEach(() => tenancy.close())

async function sell(terms: Partial<PlanTerms>, tenant = "acme") {
  const plan = await tenancy.it.plans.create({ name: `for ${tenant}`, terms: { ...someTerms, ...terms } })
  await tenancy.it.tenants.create({ tenant, title: "", plan: plan.id })
  return plan
}
const create = (spec: object = {}) => tenancy.it.engine.containers.create({ image: "starter", tenant: "acme", ...spec })
const outcomes = (all: Promise<unknown>[]) =>
  Promise.allSettled(all).then((results) => ({
    made: results.filter(({ status }) => status === "fulfilled").length,
    codes: new Set(
      results.flatMap((result) => (result.status === "rejected" && result.reason instanceof EngineError ? [result.reason.code] : [])),
    ),
  }))

describe("quotas of a plan", () => {
  it("let exactly as many of 200 containers through as there are places, and say why the others are not", { timeout: 60_000 }, async () => {
    await sell({ containers: 100 })
    const { made, codes } = await outcomes(Array.from({ length: 200 }, () => create()))
    expect(made).toBe(100)
    expect([...codes]).toEqual(["quota_exceeded"])
    await expect(create()).rejects.toMatchObject({
      facts: { tenant: "acme", resource: "containers", limit: 100, used: 100, wanted: 1 },
      publicMessage: expect.stringContaining("100 of the 100 containers") as string,
    })
  })

  it("let as many through as before when another is removed", async () => {
    await sell({ containers: 1 })
    const { id } = await create()
    await expect(create()).rejects.toMatchObject({ code: "quota_exceeded" })
    await tenancy.it.engine.containers.remove(id)
    await expect(create()).resolves.toBeDefined()
  })

  it("count volumes that a container makes, those of its image too", async () => {
    tenancy.fake.imageVolumes.push("/data", "/cache")
    await sell({ volumes: 3 })
    await expect(create({ mounts: [{ kind: "volume", volume: "v", target: "/cache/" }] })).resolves.toBeDefined()
    await tenancy.it.engine.volumes.create({ name: "w", tenant: "acme" }).catch(() => undefined)
    const mounts = [{ kind: "volume", volume: "x", target: "/x" }]
    await expect(create({ mounts })).rejects.toMatchObject({ facts: { resource: "volumes", limit: 3 } })
    await expect(tenancy.it.engine.volumes.create({ name: "y", tenant: "acme" })).rejects.toMatchObject({ code: "quota_exceeded" })
    await expect(tenancy.it.engine.volumes.create({ name: "v", tenant: "acme" })).resolves.toBeDefined()
  })

  it("count ports that others than this machine reach, also of containers that do not run", async () => {
    await sell({ publicPorts: 2 })
    const port = (containerPort: number, hostAddress?: string) => ({
      containerPort,
      protocol: "tcp" as const,
      ...(hostAddress && { hostAddress }),
    })
    await create({ ports: [port(80), port(81, "127.0.0.1"), port(82, "::1")] })
    await expect(create({ ports: [port(80), port(81)] })).rejects.toMatchObject({ facts: { resource: "publicPorts", used: 1, wanted: 2 } })
    await expect(create({ ports: [port(80)] })).resolves.toBeDefined()
  })

  it("hold the number of networks, also for two at once", async () => {
    await sell({ networks: 1 })
    const { networks } = tenancy.it.engine
    const { made } = await outcomes(["a", "b"].map((name) => networks.create({ name, tenant: "acme" })))
    expect(made).toBe(1)
  })

  it("hold the sum of disks and volumes as they are made and as they grow", async () => {
    await sell({ diskBytes: 4 * GIB, containers: 9, volumes: 9 })
    const { id } = await create({ diskBytes: 2 * GIB })
    await tenancy.it.engine.volumes.create({ name: "v", tenant: "acme", sizeBytes: GIB })
    const { containers, volumes } = tenancy.it.engine
    const { made } = await outcomes([containers.resizeDisk(id, 3 * GIB), volumes.resize("v", 2 * GIB), create({ diskBytes: GIB })])
    expect(made).toBe(1)
    await expect(create({ diskBytes: GIB })).rejects.toMatchObject({
      code: "quota_exceeded",
      facts: { resource: "diskBytes", limit: 4 * GIB, used: 4 * GIB },
    })
  })

  it("give a disk to what has no size, so that the sum holds, and an equal part of what is left at the end", async () => {
    tenancy.fake.imageVolumes.push("/data")
    await sell({ diskBytes: 2.5 * GIB, containers: 9, volumes: 9 })
    const specOf = async (made: ReturnType<typeof create>) => tenancy.fake.specs.get((await made).id)
    expect(await specOf(create())).toMatchObject({ diskBytes: GIB, volumeBytes: GIB })
    expect(await specOf(create())).toMatchObject({ diskBytes: GIB / 4, volumeBytes: GIB / 4 })
    await expect(create()).rejects.toMatchObject({ code: "quota_exceeded", facts: { resource: "diskBytes" } })
  })

  it("leave disks alone where the plan promises none", async () => {
    await sell({ diskBytes: 0 })
    expect(tenancy.fake.specs.get((await create()).id)).not.toHaveProperty("diskBytes")
  })

  it("refuse one container more than all together have, when it is made and when it is changed", async () => {
    await sell({})
    await expect(create({ limits: { memoryMaxBytes: 2 * GIB } })).rejects.toMatchObject({
      code: "quota_exceeded",
      publicMessage: expect.stringContaining("2 GiB for memory is more than the 1 GiB") as string,
    })
    const { id } = await create({ limits: { memoryMaxBytes: GIB } })
    const { containers } = tenancy.it.engine
    await expect(containers.update(id, { limits: { cpuMaxCores: 1.5 } })).rejects.toMatchObject({ facts: { resource: "cpuMaxCores" } })
    await expect(containers.update(id.slice(0, 8), { limits: { cpuMaxCores: null } })).resolves.toBeDefined()
  })

  it("refuse what no tenant may have, and an OCI runtime that the plan does not name", async () => {
    await sell({ ociRuntimes: ["runsc"], containers: 99 })
    const forbidden = [
      { privileged: true },
      { mounts: [{ kind: "bind", source: "/etc", target: "/etc" }] },
      { network: { kind: "host" } },
      { pidNamespace: { kind: "host" } },
      { userNamespace: { kind: "host" } },
      { seccomp: "unconfined" },
      { capabilitiesAdd: ["CAP_SYS_ADMIN"] },
      { ociRuntime: "kata" },
    ]
    for (const spec of forbidden) await expect(create(spec), JSON.stringify(spec)).rejects.toMatchObject({ code: "permission_denied" })
    await expect(create({ ociRuntime: "runsc" })).resolves.toBeDefined()
  })

  it("refuse an engine that cannot hold a plan", async () => {
    await sell({})
    const other = tenancy.it.admission.guard(tenantEngine({ features: ["pause"] }))
    await expect(other.containers.create({ image: "x", tenant: "acme" })).rejects.toMatchObject({ code: "unsupported" })
    await expect(other.volumes.create({ name: "x", tenant: "acme" })).rejects.toMatchObject({ code: "unsupported" })
    await expect(other.containers.create({ image: "x", tenant: "other" })).resolves.toBeDefined()
  })

  it("limit nothing of a tenant without a plan, nor of the operator", async () => {
    await sell({ containers: 0 })
    await expect(create({ tenant: "free", limits: { memoryMaxBytes: 2 ** 50 } })).resolves.toBeDefined()
    await expect(tenancy.it.engine.containers.create({ image: "x", privileged: true })).resolves.toBeDefined()
    await expect(create()).rejects.toMatchObject({ code: "quota_exceeded" })
  })

  it("let exactly as many tokens through as there are places", async () => {
    await sell({ tokens: 2 })
    let tokens = 0
    const take = () =>
      tenancy.it.admission.within(
        "acme",
        "tokens",
        async () => tokens,
        async () => ++tokens,
      )
    expect((await outcomes([take(), take(), take(), take()])).made).toBe(2)
    await expect(
      tenancy.it.admission.within(
        "free",
        "tokens",
        async () => 99,
        async () => "made",
      ),
    ).resolves.toBe("made")
  })
})
