import { EngineError } from "@plimsoll/runtime"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { statsOf } from "../../testing/fake-engine.js"
import { someTerms, startTenancy } from "../../testing/tenancy.js"
import { tenantEngine } from "../../testing/tenant-engine.js"

const HOUR_MS = 3_600_000
const patience = { timeout: 5000, interval: 5 }
let tenancy: Awaited<ReturnType<typeof startTenancy>>

beforeEach(async () => {
  tenancy = await startTenancy(tenantEngine())
  const plan = await tenancy.it.plans.create({ name: "Small", terms: { ...someTerms, containers: 9 } })
  await tenancy.it.tenants.create({ tenant: "acme", title: "Acme Ltd", plan: plan.id })
})
afterEach(() => tenancy.close())

const create = async (tenant = "acme") => (await tenancy.it.engine.containers.create({ image: "starter", tenant })).id
async function run(tenant = "acme") {
  const id = await create(tenant)
  await tenancy.it.engine.containers.start(id)
  return id
}
const stateOf = async (id: string) => (await tenancy.it.engine.containers.inspect(id)).state.status

describe("tenants", () => {
  it("are shown with what they have, use and were promised, beside those that only the engine knows", async () => {
    const id = await run()
    await create()
    await create("old")
    tenancy.fake.stats.set(id, statsOf(id, 1, 0))
    await vi.waitFor(
      async () => expect((await tenancy.it.tenants.inspect("acme")).used).toMatchObject({ memoryBytes: 1000, pids: 1 }),
      patience,
    )
    expect(await tenancy.it.tenants.list()).toMatchObject([
      {
        name: "acme",
        title: "Acme Ltd",
        status: "active",
        plan: { name: "Small" },
        sold: { memoryBytes: someTerms.memoryMaxBytes, cpuCores: 1, pids: 500 },
        guaranteed: { cpuCores: 0.1 },
        counts: { containers: 2, runningContainers: 1, volumes: 0, members: 0, tokens: 0 },
      },
      { name: "old", plan: null, sold: null, status: "active", counts: { containers: 1 }, lastActivityAt: null },
    ])
    await expect(tenancy.it.tenants.inspect("nobody")).rejects.toMatchObject({ code: "not_found" })
  })

  it("were last active when a member was seen, a token used, or a container had an event, whichever was last", async () => {
    const { prisma } = tenancy.it
    const activity = async () => (await tenancy.it.tenants.inspect("acme")).lastActivityAt
    expect(await activity()).toBeNull()
    const event = (at: number, kind: string, tenant = "acme") =>
      prisma.event.create({
        data: { engineCursor: BigInt(at), at: BigInt(at), kind, action: "start", objectId: "x", name: "x", tenant, attributes: "{}" },
      })
    await event(5000, "container")
    await event(9000, "audit")
    await event(9500, "container", "blue")
    expect(await activity()).toBe(5000)
    await event(6000, "container")
    expect(await activity()).toBe(6000)
    const token = { tokenHash: "h", start: "plt_a", name: "ci", tenantName: "acme", scope: "read", createdBy: "u", createdAt: 1n }
    await prisma.apiToken.create({ data: { id: "t", ...token, lastUsedAt: 7000n } })
    expect(await activity()).toBe(7000)
    await prisma.user.create({ data: { id: "u", name: "U", email: "u@x", tenantName: "acme" } })
    await prisma.session.create({ data: { id: "s", token: "t", userId: "u", expiresAt: new Date(9e12), updatedAt: new Date(8000) } })
    expect(await activity()).toBe(8000)
    expect((await tenancy.it.tenants.inspect("acme")).counts).toMatchObject({ members: 1, tokens: 1 })
  })

  it("are listed with as many questions to the engine, however many they are", async () => {
    await Promise.all(Array.from({ length: 40 }, (_, index) => create(`t-${index % 20}`)))
    const asked: string[] = []
    const count = (api: object, name: string) => {
      for (const [method, original] of Object.entries(api) as [string, (...args: unknown[]) => unknown][])
        Object.assign(api, {
          [method]: (...args: unknown[]) => {
            // The sampler asks too, every second.
            if (method !== "statsAll") asked.push(`${name}.${method}`)
            return original(...args)
          },
        })
    }
    const { containers, volumes, networks, tenants } = tenancy.fake
    for (const [name, api] of Object.entries({ containers, volumes, networks, tenants })) count(api, name)
    expect(await tenancy.it.tenants.list()).toHaveLength(21)
    expect(new Set(asked)).toEqual(new Set(["containers.list", "volumes.list", "networks.list", "tenants.list"]))
    expect(asked.length).toBeLessThan(10)
  })

  it("cannot take a name that is taken, nor that of the provider", async () => {
    const plan = (await tenancy.it.plans.list())[0]?.id ?? ""
    for (const tenant of ["acme", "operator"])
      await expect(tenancy.it.tenants.create({ tenant, title: "", plan })).rejects.toMatchObject({ code: "name_in_use" })
    await expect(tenancy.it.tenants.create({ tenant: "blue", title: "", plan: "gone" })).rejects.toMatchObject({ code: "not_found" })
    await create("old")
    await expect(tenancy.it.tenants.create({ tenant: "old", title: "", plan })).resolves.toMatchObject({ counts: { containers: 1 } })
  })

  it("that could not be given their plan are not there, and the engine does not know them", async () => {
    const plan = (await tenancy.it.plans.list())[0]?.id ?? ""
    vi.spyOn(tenancy.fake.tenants, "setNetworkRate").mockRejectedValueOnce(new EngineError("network_failed"))
    await expect(tenancy.it.tenants.create({ tenant: "blue", title: "", plan })).rejects.toMatchObject({ code: "network_failed" })
    expect(tenancy.fake.tenantRecords.has("blue")).toBe(false)
    expect(tenancy.it.tenants.standing("blue")).toBeUndefined()
  })

  it("have their terms again in the kernel when the engine is opened without them", async () => {
    tenancy.fake.tenantRecords.clear()
    await tenancy.restart()
    await vi.waitFor(() => expect(tenancy.fake.tenantRecords.get("acme")?.limits).toMatchObject({ cpuMaxCores: 1 }), patience)
  })
})

describe("a suspended tenant", () => {
  it("has its containers paused, starts none, says why, and goes on as it was when it is resumed", async () => {
    const [running, paused, stopped] = [await run(), await run(), await create()]
    await tenancy.it.engine.containers.pause(paused)
    expect(await tenancy.it.tenants.suspend("acme", "The invoice is not paid.")).toMatchObject({
      status: "suspended",
      suspendReason: "The invoice is not paid.",
      counts: { runningContainers: 0 },
    })
    expect(await stateOf(running)).toBe("paused")
    const { containers } = tenancy.it.engine
    const refused = {
      code: "permission_denied",
      publicMessage: "Tenant “acme” is suspended: The invoice is not paid. Nothing of it can be made or started until it is resumed.",
    }
    await expect(containers.start(stopped)).rejects.toMatchObject(refused)
    await expect(containers.restart(running)).rejects.toMatchObject(refused)
    await expect(containers.resume(paused.slice(0, 8))).rejects.toMatchObject(refused)
    await expect(containers.exec(running, { command: ["sh"] })).rejects.toMatchObject(refused)
    await expect(create()).rejects.toMatchObject(refused)
    await expect(tenancy.it.engine.volumes.create({ name: "v", tenant: "acme" })).rejects.toMatchObject(refused)
    await expect(
      tenancy.it.admission.within(
        "acme",
        "tokens",
        async () => 0,
        async () => 1,
      ),
    ).rejects.toMatchObject(refused)

    expect(await tenancy.it.tenants.resume("acme")).toMatchObject({ status: "active", suspendedAt: null })
    expect([await stateOf(running), await stateOf(paused), await stateOf(stopped)]).toEqual(["running", "paused", "created"])
    await containers.start(stopped)
    expect(tenancy.reported).toEqual([])
  })

  it("holds a container that was being started when it was suspended", async () => {
    const id = await create()
    const { start } = tenancy.fake.containers
    let go: (value: undefined) => void = () => undefined
    const held = new Promise<undefined>((resolve) => (go = resolve))
    Object.assign(tenancy.fake.containers, { start: (each: string) => held.then(() => start(each)) })
    const starting = tenancy.it.engine.containers.start(id)
    await vi.waitFor(async () => expect(await tenancy.it.engine.containers.list()).toHaveLength(1), patience)
    const suspending = tenancy.it.tenants.suspend("acme", "")
    await vi.waitFor(() => expect(tenancy.it.tenants.standing("acme")?.status).toBe("suspended"), patience)
    go(undefined)
    await Promise.all([starting, suspending])
    expect(await stateOf(id)).toBe("paused")
    await tenancy.it.tenants.resume("acme")
    expect(await stateOf(id)).toBe("running")
  })

  it("holds what a restart policy, or the engine after a reboot, has started all the same", async () => {
    const id = await create()
    await tenancy.it.tenants.suspend("acme", "")
    await tenancy.fake.containers.start(id)
    await vi.waitFor(async () => expect(await stateOf(id)).toBe("paused"), patience)
  })

  it("does not let a container that waits for its restart come back, and starts it again when it is resumed", async () => {
    const id = await run()
    const row = (await tenancy.it.engine.containers.list()).find((each) => each.id === id)
    if (row === undefined) throw new Error("it is there")
    const state = { status: "restarting", restartAt: 9e12, startedAt: 1, exitCode: 1, oomKilled: false, finishedAt: 2 } as const
    tenancy.fake.put({ ...row, state }, "exit")
    await tenancy.it.tenants.suspend("acme", "")
    expect(await stateOf(id)).toBe("exited")
    await tenancy.it.tenants.resume("acme")
    expect(await stateOf(id)).toBe("running")
  })

  it("lets those sleep that hibernate, holds one that a packet wakes, and wakes none by hand, until it is resumed", async () => {
    const [asleep, woken] = [await run(), await run()]
    for (const id of [asleep, woken]) await tenancy.it.engine.containers.hibernate(id)
    await tenancy.it.tenants.suspend("acme", "")
    expect([await stateOf(asleep), await stateOf(woken)]).toEqual(["hibernated", "hibernated"])
    const { containers } = tenancy.it.engine
    for (const refused of [containers.wake(asleep), containers.start(asleep)])
      await expect(refused).rejects.toMatchObject({ code: "permission_denied" })
    await tenancy.fake.containers.wake(woken, { cause: "packet" })
    await vi.waitFor(async () => expect(await stateOf(woken)).toBe("paused"), patience)
    await tenancy.it.tenants.resume("acme")
    expect([await stateOf(asleep), await stateOf(woken)]).toEqual(["hibernated", "running"])
    await containers.start(asleep)
    expect(await stateOf(asleep)).toBe("running")
    expect(tenancy.reported).toEqual([])
  })

  it("stays suspended over a restart, and what was held goes on when it is resumed then", async () => {
    const id = await run()
    await tenancy.it.tenants.suspend("acme", "")
    await tenancy.restart()
    expect(tenancy.it.tenants.standing("acme")?.status).toBe("suspended")
    await tenancy.it.tenants.resume("acme")
    expect(await stateOf(id)).toBe("running")
  })

  it("has its containers stopped and started where the engine cannot pause", async () => {
    await tenancy.close()
    tenancy = await startTenancy(tenantEngine({ features: ["tenant-limits"] }))
    const plan = await tenancy.it.plans.create({ name: "Small", terms: someTerms })
    await tenancy.it.tenants.create({ tenant: "acme", title: "", plan: plan.id })
    const id = await run()
    await tenancy.it.tenants.suspend("acme", "")
    expect(await stateOf(id)).toBe("exited")
    await tenancy.it.tenants.resume("acme")
    expect(await stateOf(id)).toBe("running")
  })
})

describe("a tenant that is to go", () => {
  it("is suspended at once, and goes with all that is its own when the grace time is over, and not before", async () => {
    const id = await run()
    await tenancy.it.engine.volumes.create({ name: "v", tenant: "acme" })
    await tenancy.it.engine.networks.create({ name: "n", tenant: "acme" })
    const { prisma } = tenancy.it
    await prisma.user.create({ data: { id: "u", name: "U", email: "u@x", tenantName: "acme" } })
    await prisma.session.create({ data: { id: "s", token: "t", userId: "u", expiresAt: new Date(9e12) } })
    const leaving = await tenancy.it.tenants.remove("acme", HOUR_MS)
    expect(leaving).toMatchObject({ status: "leaving", removeAt: tenancy.clock.now + HOUR_MS, counts: { members: 1 } })
    expect(await stateOf(id)).toBe("paused")
    tenancy.clock.now += HOUR_MS - 1
    await tenancy.it.tenants.tick()
    expect(await stateOf(id)).toBe("paused")
    tenancy.clock.now += 1
    await expect(tenancy.it.tenants.keep("acme")).rejects.toMatchObject({ code: "conflict" })
    await tenancy.it.tenants.tick()
    expect(await tenancy.it.tenants.list()).toEqual([])
    expect(await tenancy.it.engine.containers.list()).toEqual([])
    expect([tenancy.fake.volumeRecords.size, tenancy.fake.tenantRecords.size]).toEqual([0, 0])
    expect(await prisma.user.count()).toBe(0)
    expect(tenancy.ended).toEqual(["s"])
    expect(tenancy.it.tenants.standing("acme")).toBeUndefined()
    expect(tenancy.reported).toEqual([])
  })

  it("is kept as it was before: running, or suspended if it was that", async () => {
    const id = await run()
    await tenancy.it.tenants.remove("acme", HOUR_MS)
    await expect(tenancy.it.tenants.resume("acme")).rejects.toMatchObject({ code: "conflict" })
    expect(await tenancy.it.tenants.keep("acme")).toMatchObject({ status: "active", removeAt: null })
    expect(await stateOf(id)).toBe("running")
    await expect(tenancy.it.tenants.keep("acme")).rejects.toMatchObject({ code: "conflict" })
    await tenancy.it.tenants.suspend("acme", "unpaid")
    await tenancy.it.tenants.remove("acme", HOUR_MS)
    expect(await tenancy.it.tenants.keep("acme")).toMatchObject({ status: "suspended", suspendReason: "unpaid" })
    expect(await stateOf(id)).toBe("paused")
  })

  it("goes on going at the next tick, and after a crash, when its removal was cut off", async () => {
    await run()
    await tenancy.it.engine.volumes.create({ name: "v", tenant: "acme" })
    await tenancy.it.tenants.remove("acme", 0)
    const { remove } = tenancy.fake.volumes
    Object.assign(tenancy.fake.volumes, { remove: () => Promise.reject(new EngineError("disk_corrupt")) })
    await tenancy.it.tenants.tick()
    expect(tenancy.reported.splice(0)).toEqual([expect.stringContaining("look after tenant acme: EngineError: disk_corrupt")])
    expect(tenancy.it.tenants.standing("acme")?.status).toBe("leaving")
    await expect(create()).rejects.toMatchObject({ code: "permission_denied" })
    Object.assign(tenancy.fake.volumes, { remove })
    await tenancy.restart()
    await vi.waitFor(() => expect(tenancy.it.tenants.standing("acme")).toBeUndefined(), patience)
    expect(tenancy.fake.volumeRecords.size).toBe(0)
  })

  it("takes along containers in an order in which each can go", async () => {
    const [first, second] = [await create(), await create()]
    const { remove } = tenancy.fake.containers
    Object.assign(tenancy.fake.containers, {
      remove: async (id: string) => {
        const shared = (await tenancy.fake.containers.list()).some((row) => row.id === second)
        if (id === first && shared) throw new EngineError("conflict")
        return remove(id)
      },
    })
    await tenancy.it.tenants.remove("acme", 0)
    await tenancy.it.tenants.tick()
    expect(await tenancy.it.engine.containers.list()).toEqual([])
  })
})
