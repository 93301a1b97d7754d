import { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { type ContainerEngine, createEngine, type EngineFeature, ensureStarterImage, purgeEngine } from "@plimsoll/runtime"
import { makeTestSwap, patience, testCriu } from "@plimsoll/runtime/conformance"
import { afterAll, beforeAll, expect, it, onTestFailed, vi } from "vitest"
import type {
  ContainerInspect,
  ContainerRow,
  EventPage,
  EventRecord,
  LadderNow,
  LadderSettings,
  OverprovisioningNow,
} from "./contract/index.js"
import { defaultLadderSettings } from "./services/ladder/default-settings.js"
import type { HostReading } from "./services/ladder/host-reading.js"
import { readHost } from "./services/ladder/read-host.js"
import { someTerms } from "./testing/tenancy.js"
import { localAuthorization, startTestServer, type TestServer } from "./testing/test-server.js"

/**
 * The ladder over the real engine, with swap that this test makes. How full the machine is, the test says; what is done about it is done to real
 * processes.
 */
const MiB = 2 ** 20
let swap: { remove(): void }
let server: TestServer
let engine: ContainerEngine | undefined
let headers: Record<string, string>
let usedShare = 0.1

beforeAll(async () => {
  swap = await makeTestSwap()
  server = await startTestServer({
    parent: "/var/tmp",
    openEngine: async ({ dataDirectory, runDirectory }) => {
      engine = await createEngine({ root: `${dataDirectory}/engine`, runDirectory: `${runDirectory}/engine`, ...testCriu() })
      return engine
    },
    makeStarterImage: (opened) => ensureStarterImage(opened.images),
    readHost: async (): Promise<HostReading> => {
      const { allocatableBytes, swapFreeBytes } = await readHost((totalBytes) => totalBytes)
      return { allocatableBytes, swapFreeBytes, usedBytes: usedShare * allocatableBytes, pressure: null, cpuSomeAvg10: null }
    },
  })
  headers = localAuthorization(server)
  await vi.waitFor(async () => expect(await query("images.list")).toHaveLength(1), { timeout: patience(30_000), interval: 100 })
})

afterAll(async () => {
  await server.stop()
  await purgeEngine({ root: `${server.dataDirectory}/engine`, runDirectory: `${server.runDirectory}/engine` })
  await server.remove()
  swap.remove()
})

async function unwrap<T>(pending: ReturnType<TestServer["request"]>): Promise<T> {
  const body = (await pending).json() as { result?: { data?: T }; error?: unknown }
  if (body.result === undefined) throw new Error(JSON.stringify(body.error))
  return body.result.data as T
}
const query = <T = unknown>(path: string, input?: unknown) => unwrap<T>(server.query(path, input, headers))
const mutate = <T = unknown>(path: string, input: unknown) => unwrap<T>(server.mutate(path, input, headers))
const row = async (name: string) => (await query<ContainerRow[]>("containers.list")).find((each) => each.name === name)
const steps = async (rung: string): Promise<EventRecord[]> =>
  (await query<EventPage>("events.list", { kinds: ["ladder"], actions: [rung], after: 0, limit: 200 })).items.filter(
    ({ attributes }) => attributes.subject === "container",
  )
const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: patience(60_000), interval: 250 })

/** A container with so much memory of its own that it does not touch again. */
async function run(name: string, mebibytes: number, spec: object = {}): Promise<string> {
  const { id } = await mutate<ContainerInspect>("containers.create", {
    name,
    image: "plimsoll/starter",
    command: ["sh", "-c", `dd if=/dev/urandom of=/dev/shm/own bs=1M count=${mebibytes} 2>/dev/null; touch /dev/shm/full; exec sleep 1000`],
    shmSizeBytes: (mebibytes + 8) * MiB,
    ...spec,
  })
  await mutate("containers.start", { id })
  await eventually(async () => expect((await engine?.containers.stats(id))?.memory.usedBytes).toBeGreaterThan(mebibytes * MiB))
  return id
}

/** A host that cannot is no failure of the ladder's. */
async function needs(feature: EngineFeature, skip: (note: string) => void) {
  if (!(await engine?.info())?.features.includes(feature)) skip(`the engine cannot ${feature} here`)
}

async function change(settings: Partial<LadderSettings>): Promise<LadderNow> {
  return mutate<LadderNow>("overprovisioning.changeLadder", { ...defaultLadderSettings, ...settings })
}

it("an idle container naps by itself, gives its memory back, and wakes with all of it", async ({ skip }) => {
  await needs("nap", skip)
  onTestFailed(() => console.error(server.logLines.filter((line) => /"level":[456]0/.test(line)).join("\n")))
  const id = await run("sleeper", 48)
  await run("guarded", 24, { labels: { "plimsoll.nap.after-ms": "0" } })
  await change({ nap: { always: true, idleCores: 0.05, idleMs: 3000 } })
  await eventually(async () => expect((await row("sleeper"))?.nap).not.toBe(undefined))
  const [step] = await vi.waitUntil(async () => {
    const found = await steps("nap")
    return found.length > 0 && found
  })
  expect(step).toMatchObject({ id, attributes: { result: "done", why: expect.stringContaining("idle for") } })
  expect(Number(step?.attributes.beforeBytes)).toBeGreaterThan(48 * MiB)
  expect(Number(step?.attributes.afterBytes)).toBeLessThan(8 * MiB)
  await change({})
  const { wakeMs } = await mutate<{ sleptMs: number; wakeMs: number }>("containers.wake", { id })
  expect(wakeMs).toBeLessThan(500)
  expect((await row("sleeper"))?.nap).toBe(undefined)
  const exec = await engine?.containers.exec(id, { command: ["sh", "-c", "wc -c < /dev/shm/own"] })
  expect(Number(await text(exec?.stdout ?? Readable.from([])))).toBe(48 * MiB)
  expect((await row("guarded"))?.nap).toBe(undefined)
})

it("a shortage takes idle memory back in small steps, and the container runs on", async ({ skip }) => {
  await needs("reclaim", skip)
  const id = await run("idle", 32)
  usedShare = 0.82
  await eventually(async () => expect((await engine?.containers.stats(id))?.memory.swapBytes).toBeGreaterThan(MiB))
  usedShare = 0.1
  const ofIdle = async () => (await steps("reclaim")).filter((step) => step.id === id)
  await eventually(async () => expect((await ofIdle()).length).toBeGreaterThan(0))
  const [step] = await ofIdle()
  expect(Number(step?.attributes.gaveBackBytes)).toBeGreaterThan(0)
  expect((await row("idle"))?.state.status).toBe("running")
})

it("before the machine is full the lowest class is stopped, and the guaranteed runs on", async () => {
  const plan = await mutate<{ id: string }>("plans.create", {
    name: "Gold",
    terms: { ...someTerms, memoryGuaranteedBytes: 256 * MiB, memoryMaxBytes: 512 * MiB, cpuGuaranteedCores: 0.1 },
  })
  await mutate("tenants.create", { tenant: "gold", title: "", plan: plan.id, overrule: "the ladder is tried, not the load line" })
  await run("golden", 64, { tenant: "gold" })
  await run("victim", 80)
  usedShare = 0.98
  await eventually(async () => expect((await steps("stop")).map(({ name }) => name)).toEqual(["victim"]))
  usedShare = 0.1
  expect((await row("victim"))?.state.status).toBe("exited")
  expect((await row("golden"))?.state.status).toBe("running")
  expect((await change({})).stopped.map(({ name }) => name)).toEqual(["victim"])
  expect((await steps("stop"))[0]?.attributes.why).toContain("nothing was promised")
})

it("before anybody else is stopped, a long idle container is written to disk, counts as wake debt, and goes on with all it had when it is started", async ({
  skip,
}) => {
  await needs("hibernate", skip)
  onTestFailed(() => console.error(server.logLines.filter((line) => /"level":[456]0/.test(line)).join("\n")))
  const id = await run("long-idle", 40)
  const spared = await run("kept-awake", 24, { labels: { "plimsoll.hibernate.after-ms": "0" } })
  usedShare = 0.95
  await change({ hibernate: { idleMs: 3000 }, nap: { always: false, idleCores: 0.05, idleMs: 3_600_000 } })
  await eventually(async () =>
    expect((await query<OverprovisioningNow>("overprovisioning.now")).ladder.hibernating.map((each) => each.id)).toContain(id),
  )
  const { resources } = await query<OverprovisioningNow>("overprovisioning.now")
  expect((await steps("stop")).map(({ name }) => name)).toEqual(["victim"])
  const { hibernation } = (await row("long-idle")) ?? {}
  expect(hibernation?.beforeBytes).toBeGreaterThan(36 * MiB)
  expect(resources.find(({ resource }) => resource === "memory")?.wakeDebt).toBeGreaterThan(36 * MiB)
  await eventually(async () =>
    expect((await steps("hibernate")).filter((step) => step.id === id)).toMatchObject([
      { id, attributes: { result: "done", beforeBytes: String(hibernation?.beforeBytes), afterBytes: "0" } },
    ]),
  )
  expect((await engine?.containers.statsAll())?.some(({ containerId }) => containerId === id)).toBe(false)
  usedShare = 0.1
  await mutate("containers.start", { id })
  await eventually(async () => expect(await row("long-idle")).toMatchObject({ state: { status: "running" } }))
  const exec = await engine?.containers.exec(id, { command: ["sh", "-c", "wc -c < /dev/shm/own"] })
  expect(Number(await text(exec?.stdout ?? Readable.from([])))).toBe(40 * MiB)
  const audits = await query<EventPage>("events.list", { kinds: ["audit"], actions: ["containers.start"], after: 0, limit: 200 })
  expect(audits.items.filter((each) => each.id === spared)).toMatchObject([{ name: "kept-awake" }])
  await change({})
})
