import { readFileSync } from "node:fs"
import { setTimeout as pause } from "node:timers/promises"
import { type ContainerEngine, createEngine, ensureStarterImage, purgeEngine } from "@plimsoll/runtime"
import { afterAll, beforeAll, describe, expect, it, onTestFailed, vi } from "vitest"
import type { ContainerInspect, Plan, PlanTerms, Tenant } from "./contract/index.js"
import { someTerms } from "./testing/tenancy.js"
import { localAuthorization, startTestServer, type TestServer } from "./testing/test-server.js"

/** Plans on the real engine: what was sold is what the kernel gives. */
const MIB = 2 ** 20
const BURN = ["sh", "-c", "while :; do :; done"]
const patience = { timeout: 120_000, interval: 50 }

let server: TestServer
let engine: ContainerEngine | undefined
let headers: Record<string, string>

beforeAll(async () => {
  server = await startTestServer({
    parent: "/var/tmp",
    openEngine: async ({ dataDirectory, runDirectory }) => {
      engine = await createEngine({ root: `${dataDirectory}/engine`, runDirectory: `${runDirectory}/engine` })
      return engine
    },
    makeStarterImage: (opened) => ensureStarterImage(opened.images),
  })
  headers = localAuthorization(server)
  await vi.waitFor(async () => expect(await query("images.list")).toHaveLength(1), patience)
})

afterAll(async () => {
  await server.stop()
  await purgeEngine({ root: `${server.dataDirectory}/engine`, runDirectory: `${server.runDirectory}/engine` })
  await server.remove()
})

async function unwrap<T>(pending: ReturnType<TestServer["request"]>): Promise<T> {
  const body = (await pending).json() as { result?: { data?: T }; error?: { data: { engine: unknown } } }
  if (body.result === undefined) throw Object.assign(new Error(JSON.stringify(body.error)), { engine: body.error?.data.engine })
  return body.result.data as T
}
const query = <T = unknown>(path: string, input?: unknown) => unwrap<T>(server.query(path, input, headers))
const mutate = <T = unknown>(path: string, input: unknown) => unwrap<T>(server.mutate(path, input, headers))

async function sell(tenant: string, terms: Partial<PlanTerms>): Promise<Plan> {
  const plan = await mutate<Plan>("plans.create", { name: `for ${tenant}`, terms: { ...someTerms, ...terms } })
  await mutate("tenants.create", { tenant, title: "", plan: plan.id, overrule: "the plan is tried, not the load line" })
  return plan
}

async function create(tenant: string, name: string, spec: object = {}): Promise<ContainerInspect> {
  const wanted = { name, tenant, image: "plimsoll/starter", command: BURN, network: { kind: "none" }, stopTimeoutMs: 0, ...spec }
  return mutate<ContainerInspect>("containers.create", wanted)
}

async function start(tenant: string, name: string, spec: object = {}): Promise<string> {
  const { id } = await create(tenant, name, spec)
  await mutate("containers.start", { id })
  return id
}

/** Cores that each container took while `work` ran, by the kernel's counters. */
async function coresDuring(ids: string[], work: () => Promise<unknown>): Promise<number[]> {
  const read = () => Promise.all(ids.map(async (id) => (await engine?.containers.stats(id))?.cpu.usageMicros ?? 0))
  const [before, begun] = [await read(), performance.now()]
  await work()
  const [after, tookMs] = [await read(), performance.now() - begun]
  return ids.map((_, index) => ((after[index] ?? 0) - (before[index] ?? 0)) / 1000 / tookMs)
}

const remove = (ids: string[]) => mutate("containers.bulk", { action: "remove", ids, options: { force: true, removeVolumes: true } })

describe("a plan on this kernel", () => {
  it("bounds two containers of one tenant together, and a second tenant has its share meanwhile", async () => {
    onTestFailed(() => console.error(server.logLines.filter((line) => /"level":[56]0/.test(line)).join("\n")))
    await sell("pool", { cpuMaxCores: 0.5 })
    await sell("next", { cpuMaxCores: 1 })
    const [first, second, other] = [await start("pool", "burn-1"), await start("pool", "burn-2"), await start("next", "burn-3")]
    const [one = 0, two = 0, next = 0] = await coresDuring([first, second, other], () => pause(2000))
    expect(one + two).toBeLessThanOrEqual(0.55)
    // Inside the pool both get their part.
    expect(Math.min(one, two)).toBeGreaterThan(0.2 * (one + two))
    // Two burn in the pool and one beside it: on a host that others keep busy it has as much as both together, else more.
    expect(next).toBeGreaterThanOrEqual(Math.min(0.3, 0.7 * (one + two)))
    await remove([first, second, other])
  })

  it("gives ten places to ten of thirty that ask at once", async () => {
    await sell("crowd", { containers: 10 })
    const results = await Promise.allSettled(Array.from({ length: 30 }, (_, index) => create("crowd", `crowd-${index}`)))
    const made = results.flatMap((result) => (result.status === "fulfilled" ? [result.value.id] : []))
    expect(made).toHaveLength(10)
    for (const result of results)
      if (result.status === "rejected") expect(result.reason).toMatchObject({ engine: { code: "quota_exceeded" } })
    expect(await query<Tenant>("tenants.inspect", { tenant: "crowd" })).toMatchObject({ counts: { containers: 10 } })
    await remove(made)
  })

  it("changes while containers run, and is refused below what they use, which nobody kills", async () => {
    const plan = await sell("grown", { memoryMaxBytes: 256 * MIB })
    const hold = ["sh", "-c", "head -c 67108864 /dev/zero > /dev/shm/held; while :; do sleep 1; done"]
    const id = await start("grown", "holder", { command: hold, shmSizeBytes: 128 * MIB, limits: { cpuMaxCores: 1 } })
    const used = async () => (await engine?.containers.stats(id))?.memory.usedBytes ?? 0
    await vi.waitFor(async () => expect(await used()).toBeGreaterThan(60 * MIB), patience)
    const terms = (memoryMaxBytes: number) => ({
      ...plan.terms,
      memoryMaxBytes,
      memoryGuaranteedBytes: 0,
      // Less than a container of the tenant has by its own limit.
      cpuMaxCores: 0.5,
      diskBytesPerSecond: 50 * MIB,
    })
    await expect(mutate("plans.change", { plan: plan.id, terms: terms(32 * MIB) })).rejects.toMatchObject({
      engine: { code: "limit_below_usage", facts: { tenant: "grown", resource: "memoryMaxBytes" } },
    })
    await mutate("plans.change", { plan: plan.id, terms: terms(128 * MIB) })
    const [tenant] = (await engine?.tenants.list())?.filter(({ name }) => name === "grown") ?? []
    expect(tenant?.limits.memoryMaxBytes).toBe(128 * MIB)
    expect(kernelMemoryMax(tenant?.cgroupPath ?? "")).toBe(128 * MIB)
    expect(await query("containers.inspect", { id })).toMatchObject({ state: { status: "running" } })
    await remove([id])
  })

  it("gives a container and its volumes disks whose sum is promised, and frees the promise with them", async () => {
    await sell("disks", { diskBytes: 64 * MIB })
    const mounts = [{ kind: "volume", volume: "disks-data", target: "/data" }]
    const { id, disk } = await create("disks", "disks-1", { mounts })
    expect(disk).toMatchObject({ kind: "disk", sizeBytes: 32 * MIB })
    expect(await query("volumes.inspect", { name: "disks-data" })).toMatchObject({ limit: { kind: "disk", sizeBytes: 32 * MIB } })
    expect(await query<Tenant>("tenants.inspect", { tenant: "disks" })).toMatchObject({ promisedDiskBytes: 64 * MIB })
    await expect(create("disks", "disks-2")).rejects.toMatchObject({ engine: { code: "quota_exceeded", facts: { resource: "diskBytes" } } })
    await expect(mutate("containers.resizeDisk", { id, sizeBytes: 40 * MIB })).rejects.toMatchObject({ engine: { code: "quota_exceeded" } })
    await remove([id])
    expect(await query<Tenant>("tenants.inspect", { tenant: "disks" })).toMatchObject({ promisedDiskBytes: 32 * MIB })
    const again = await create("disks", "disks-2")
    await mutate("containers.start", { id: again.id })
    await remove([again.id])
  })

  it("suspends what runs, resumes it, and removes a tenant with all that is its own", async () => {
    await sell("leaver", {})
    const id = await start("leaver", "leaver-1", {
      restartPolicy: { kind: "always" },
      mounts: [{ kind: "volume", volume: "left", target: "/data" }],
    })
    const status = async () => (await query<ContainerInspect>("containers.inspect", { id })).state.status
    await mutate("tenants.suspend", { tenant: "leaver", reason: "unpaid" })
    expect(await status()).toBe("paused")
    const [cores = 1] = await coresDuring([id], () => pause(300))
    expect(cores).toBe(0)
    await mutate("tenants.resume", { tenant: "leaver" })
    expect(await status()).toBe("running")
    await mutate("tenants.remove", { tenant: "leaver", graceMs: 0 })
    // What the schedule does every minute, a start does at once.
    await server.restart()
    headers = localAuthorization(server)
    await vi.waitFor(async () => expect((await query<Tenant[]>("tenants.list")).map(({ name }) => name)).not.toContain("leaver"), patience)
    expect((await query<{ tenant: string }[]>("containers.list")).filter(({ tenant }) => tenant === "leaver")).toEqual([])
    expect((await query<{ name: string }[]>("volumes.list")).map(({ name }) => name)).not.toContain("left")
  })
})

function kernelMemoryMax(path: string): number {
  const files = [`/sys/fs/cgroup${path}/memory.max`, `/sys/fs/cgroup/memory${path}/memory.limit_in_bytes`]
  for (const file of files) {
    try {
      return Number(readFileSync(file, "utf8"))
    } catch {
      // The other version of cgroups.
    }
  }
  return Number.NaN
}
