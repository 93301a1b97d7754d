import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { purgeEngine } from "@plimsoll/runtime"
import { makeTestSwap } from "@plimsoll/runtime/conformance"
import { afterAll, beforeAll, expect, it, vi } from "vitest"
import type { ContainerInspect, EventPage, EventRecord, LadderNow } from "./contract/index.js"
import { defaultLadderSettings } from "./services/ladder/default-settings.js"
import { readHost } from "./services/ladder/read-host.js"
import { goldTerms, PAGE } from "./testing/ladder/small-machine.js"
import { fetchPage, startSteadyClient } from "./testing/ladder/steady-client.js"
import { unexplained } from "./testing/ladder/unexplained.js"
import { hold, serve } from "./testing/ladder/workloads.js"
import { type ServerProcess, startServerProcess } from "./testing/server-process.js"
import { temporaryDatabaseUrl } from "./testing/temporary-database.js"

/** Faults of the server itself, which is a process of its own here and looks at the real machine. */
const STALL_MS = 12_000
const directory = mkdtempSync("/var/tmp/plimsoll-test-")
const directories = { dataDirectory: join(directory, "data"), runDirectory: join(directory, "run") }
let swap: { remove(): void }
let drop: () => Promise<void>
let databaseUrl: string
let server: ServerProcess

beforeAll(async () => {
  chmodSync(directory, 0o711)
  swap = await makeTestSwap(256)
  ;({ url: databaseUrl, drop } = await temporaryDatabaseUrl(directories.dataDirectory))
  server = await startServerProcess({ ...directories, databaseUrl })
  await vi.waitFor(async () => expect(await server.query("images.list")).toHaveLength(1), { timeout: 30_000, interval: 50 })
  const plan = await server.mutate<{ id: string }>("plans.create", { name: "Gold", terms: goldTerms })
  await server.mutate("tenants.create", { tenant: "gold", title: "", plan: plan.id, overrule: "the ladder is tried, not the load line" })
})
afterAll(async () => {
  await server.kill()
  await purgeEngine({ root: join(directories.dataDirectory, "engine"), runDirectory: join(directories.runDirectory, "engine") })
  rmSync(directory, { recursive: true, force: true })
  await drop()
  swap.remove()
})

async function run(name: string, command: string[], spec: object = {}): Promise<ContainerInspect> {
  const { id } = await server.mutate<ContainerInspect>("containers.create", { name, image: "plimsoll/starter", command, ...spec })
  await server.mutate("containers.start", { id })
  return server.query("containers.inspect", { id })
}

async function events(): Promise<EventRecord[]> {
  const records: EventRecord[] = []
  for (let next: number | null = 0; next !== null; ) {
    const page: EventPage = await server.query("events.list", { after: next, limit: 200 })
    records.push(...page.items)
    next = page.nextCursor
  }
  return records
}

const addressOf = ({ networks }: ContainerInspect) => networks[0]?.address ?? ""
const serves = (address: string) =>
  vi.waitFor(async () => expect(await fetchPage(address)).toContain(PAGE), { timeout: 20_000, interval: 100 })
const ladder = (changed: object = {}) => server.mutate<LadderNow>("overprovisioning.changeLadder", { ...defaultLadderSettings, ...changed })

it("nothing is measured for a while: the ladder says so, does nothing meanwhile, and goes on afterwards", async () => {
  const gold = await run("golden", serve(16), { tenant: "gold" })
  const address = addressOf(gold)
  await serves(address)
  const victim = await run("victim", hold(64))
  const client = startSteadyClient(address, PAGE)
  server.signal("SIGSTOP")
  await delay(STALL_MS)
  server.signal("SIGCONT")
  await vi.waitFor(async () => expect((await events()).map(({ action }) => action)).toContain("stalled"), {
    timeout: 10_000,
    interval: 200,
  })
  const told = await events()
  expect(told.find(({ action }) => action === "stalled")?.attributes.why).toMatch(/stood still for 1[12345] s: no step was taken/)
  expect(told.filter(({ kind, action }) => kind === "ladder" && action !== "stalled")).toEqual([])
  // The machine shrinks to what is used just now.
  const { usedBytes, allocatableBytes } = await readHost((totalBytes) => totalBytes)
  await server.mutate("overprovisioning.changeSettings", { reserve: { memory: Math.floor(allocatableBytes - usedBytes * 0.9) } })
  const stops = async () =>
    (await events()).filter(({ kind, action, attributes }) => kind === "ladder" && action === "stop" && attributes.subject === "container")
  await vi.waitFor(async () => expect((await stops()).map(({ name }) => name)).toEqual(["victim"]), { timeout: 30_000, interval: 200 })
  await server.mutate("overprovisioning.changeSettings", { reserve: { memory: 0 } })
  const { failed, answered } = await client.stop()
  expect(failed).toEqual([])
  expect(answered).toBeGreaterThan(100)
  expect((await server.query<ContainerInspect>("containers.inspect", { id: victim.id })).state.status).toBe("exited")
  await vi.waitFor(async () => expect((await ladder({ mode: "off" })).rung).toBe(null), { timeout: 10_000, interval: 200 })
  await vi.waitFor(async () => expect(unexplained(await events())).toEqual([]), { timeout: 10_000, interval: 200 })
  expect((await events()).filter(({ id, kind }) => id === gold.id && kind !== "audit").map(({ action }) => action)).toEqual([
    "create",
    "start",
  ])
})

it("killed in the middle of a nap: after the next start the container runs on and answers its first request", async () => {
  const sleeper = await run("sleeper", serve(128))
  const address = addressOf(sleeper)
  await serves(address)
  const { pid } = sleeper.state as { pid: number }
  await ladder({ nap: { always: true, idleCores: 0.05, idleMs: 2000 } })
  await vi.waitUntil(() => isFrozen(pid), { timeout: 30_000, interval: 1 })
  await server.kill()
  server = await startServerProcess({ ...directories, databaseUrl })
  expect(await fetchPage(address)).toContain(PAGE)
  const { state, nap } = await server.query<ContainerInspect>("containers.inspect", { id: sleeper.id })
  expect({ state, nap }).toEqual({ state: expect.objectContaining({ status: "running", pid }), nap: undefined })
  expect(
    (await events()).filter(({ id, action }) => id === sleeper.id && action === "nap"),
    "it was not asleep yet",
  ).toEqual([])
  const reconciliations = (await events()).filter(({ kind, action }) => kind === "engine" && action === "reconcile")
  // Both that ran, the guaranteed and the sleeper, are the same processes as before.
  expect(reconciliations.map(({ attributes }) => attributes.adopted)).toEqual(["0", "2"])
})

/** By the kernel's own word. */
function isFrozen(pid: number): boolean {
  const groups = readFileSync(`/proc/${pid}/cgroup`, "utf8")
  const v1 = /^\d+:freezer:(.*)$/m.exec(groups)?.[1]
  if (v1 !== undefined) return readFileSync(`/sys/fs/cgroup/freezer${v1}/freezer.state`, "utf8").trim() === "FROZEN"
  const v2 = /^0::(.*)$/m.exec(groups)?.[1]
  return readFileSync(`/sys/fs/cgroup${v2}/cgroup.events`, "utf8").includes("frozen 1")
}
