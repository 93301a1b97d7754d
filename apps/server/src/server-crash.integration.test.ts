import { createHash } from "node:crypto"
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"
import { type ContainerSummary, createEngine, type EngineEvent, purgeEngine } from "@plimsoll/runtime"
import { afterAll, beforeAll, expect, it, vi } from "vitest"
import type { EventPage, EventRecord } from "./contract/index.js"
import { type Account, CrashWorkload } from "./testing/crash-workload.js"
import { type ServerProcess, scriptsLibrary, spawnServer, startServerProcess } from "./testing/server-process.js"
import { temporaryDatabaseUrl } from "./testing/temporary-database.js"

const KILLS = Number(process.env.PLIMSOLL_TEST_KILLS ?? 50)
const SEED = Number(process.env.PLIMSOLL_TEST_SEED ?? Date.now() % 1_000_000)
const LONGEST_LIFE_MS = 400
const LONGEST_START_MS = 600
/** So many of the kills hit a server that is starting. */
const KILLED_WHILE_STARTING = 0.15
const COUNTER = "i=0; while :; do echo $i; i=$((i+1)); sleep 0.02; done"
/** Ends with 1 the first time it is told to, with 2 the second, … */
const LEAVER = `n=$(($(cat /root/n 2>/dev/null || echo 0) % 100 + 1)); echo $n >/root/n; trap "exit $n" TERM; sleep 100000 & wait`

let directory: string
let directories: { dataDirectory: string; runDirectory: string; databaseUrl: string }
let drop: () => Promise<void>
let engineDirectories: { root: string; runDirectory: string }
let server: ServerProcess | undefined

beforeAll(async () => {
  directory = mkdtempSync("/var/tmp/plimsoll-test-")
  chmodSync(directory, 0o711)
  const dataDirectory = join(directory, "data")
  const database = await temporaryDatabaseUrl(dataDirectory)
  drop = database.drop
  directories = { dataDirectory, runDirectory: join(directory, "run"), databaseUrl: database.url }
  engineDirectories = { root: join(directory, "data/engine"), runDirectory: join(directory, "run/engine") }
})
afterAll(async () => {
  await server?.kill()
  await purgeEngine(engineDirectories)
  rmSync(directory, { recursive: true, force: true })
  await drop()
})

it(
  `kill -9 of the server at ${KILLS} random points loses nothing that was acknowledged (PLIMSOLL_TEST_SEED=${SEED})`,
  async () => {
    console.log(`server crash test: PLIMSOLL_TEST_SEED=${SEED} PLIMSOLL_TEST_KILLS=${KILLS}`)
    const random = seededRandom(SEED)
    const load = new CrashWorkload()
    const records: EventRecord[] = []
    let left = 0
    let running = await start()
    await vi.waitFor(async () => expect(await running.query("images.list")).toHaveLength(1), { timeout: 20_000, interval: 50 })
    const writer = await load.create(running, "writer", ["sh", "-c", COUNTER], { network: { kind: "none" } })
    await load.start(running, "writer", writer)
    const leaver = await load.create(running, "leaver", ["sh", "-c", LEAVER])
    await load.start(running, "leaver", leaver)
    const kindsOfTraces = new Set((await inventory()).map((line) => line.split(" ")[0]))
    expect([...kindsOfTraces].sort(), "what must be gone at the end").toEqual(["cgroup", "file", "link", "mount", "nftables", "process"])
    let others: ContainerSummary[] = []
    for (let kills = 0; kills < KILLS; kills++) {
      const work = load.run(running, others)
      await Promise.race([work, delay(random() * LONGEST_LIFE_MS)])
      await running.kill()
      await work
      const leaves = random() < 0.5
      if (leaves) await endLeaver(load.accounts.get("leaver")?.pid)
      left += leaves ? 1 : 0
      for (; kills + 1 < KILLS && random() < KILLED_WHILE_STARTING; kills++) await killWhileStarting(random() * LONGEST_START_MS)
      running = await start()
      const present = await expectSameContainers(running, load.accounts, leaves ? left : undefined)
      await expectEvents(running, records, load.accounts, left)
      if (leaves) await load.start(running, "leaver", leaver)
      others = present.filter(({ name }) => name.startsWith("load-"))
    }
    await load.stop(running, "writer", writer)
    await expectWholeLog(running, writer)
    for (const { id } of await running.query<ContainerSummary[]>("containers.list"))
      await running.mutate("containers.remove", { id, force: true })
    const told = await settledEvents(running)
    expect(told.slice(0, records.length), "what was told once stays").toEqual(records)
    expect(await running.stop()).toBe(0)
    expect(running.errors).toEqual([])
    server = undefined
    await expectJournal(told)
    await purgeEngine(engineDirectories)
    rmSync(directory, { recursive: true })
    await expect.poll(inventory, { timeout: 5000 }).toEqual([])
  },
  120_000 + KILLS * 10_000,
)

async function start(): Promise<ServerProcess> {
  expect(server?.errors ?? []).toEqual([])
  server = await startServerProcess(directories)
  return server
}

async function killWhileStarting(lifeMs: number): Promise<void> {
  const starting = spawnServer(directories)
  // It may or may not come so far.
  starting.listening.catch(() => undefined)
  const early = await Promise.race([starting.exited.then(() => "ended"), delay(lifeMs)])
  await starting.kill()
  expect(early, starting.errors.join("\n")).toBeUndefined()
}

async function endLeaver(pid: number | undefined): Promise<void> {
  if (pid === undefined) throw new Error("the leaver does not run")
  // A process that is the first of its namespace hears the signal only when it has set its trap.
  await vi.waitFor(
    () => {
      if (existsSync(`/proc/${pid}`)) process.kill(pid, "SIGTERM")
      expect(existsSync(`/proc/${pid}`)).toBe(false)
    },
    { timeout: 20_000, interval: 20 },
  )
}

async function expectSameContainers(
  running: ServerProcess,
  accounts: ReadonlyMap<string, Account>,
  leaverCode: number | undefined,
): Promise<ContainerSummary[]> {
  const present = await running.query<ContainerSummary[]>("containers.list")
  const byName = new Map(present.map((summary) => [summary.name, summary]))
  expect(byName.size).toBe(present.length)
  for (const name of byName.keys()) expect(accounts.has(name), `${name} was asked for`).toBe(true)
  for (const [name, { id, pid, begun, acknowledged }] of accounts) {
    const summary = byName.get(name)
    if (acknowledged.remove > 0) expect(summary, `${name} was removed`).toBeUndefined()
    else if (acknowledged.create > 0 && begun.remove === 0) expect(summary?.id, `${name} was created`).toBe(id)
    if (name === "leaver" && leaverCode !== undefined)
      expect(summary?.state).toMatchObject({ status: "exited", exitCode: ((leaverCode - 1) % 100) + 1 })
    else if (pid !== undefined) expect(summary?.state, `${name} runs on`).toMatchObject({ status: "running", pid })
    if (acknowledged.stop > 0 && begun.remove === 0) expect(summary?.state.status, `${name} was stopped`).toBe("exited")
  }
  return present
}

/** Reads on from where `records` ends: what was acknowledged is there, and nothing more often than it was asked for. */
async function expectEvents(
  running: ServerProcess,
  records: EventRecord[],
  accounts: ReadonlyMap<string, Account>,
  left: number,
): Promise<void> {
  await vi.waitFor(
    async () => {
      records.push(...(await eventsAfter(running, records.at(-1)?.cursor ?? 0)))
      const counts = new Map<string, number>()
      for (const { name, action } of records) counts.set(`${name} ${action}`, (counts.get(`${name} ${action}`) ?? 0) + 1)
      const count = (name: string, action: string) => counts.get(`${name} ${action}`) ?? 0
      for (const [name, { begun, acknowledged }] of accounts) {
        for (const step of ["create", "start", "exec-start", "stop", "remove"] as const) {
          expect(count(name, step), `${step} of ${name}`).toBeGreaterThanOrEqual(acknowledged[step])
          expect(count(name, step), `${step} of ${name}`).toBeLessThanOrEqual(begun[step])
        }
        expect(count(name, "exit"), `exit of ${name}`).toBeLessThanOrEqual(begun.start)
        expect(count(name, "exec-exit"), `exec-exit of ${name}`).toBeLessThanOrEqual(begun["exec-start"])
      }
      const codes = records.flatMap(({ name, action, attributes }) => (name === "leaver" && action === "exit" ? [attributes.exitCode] : []))
      expect(codes).toEqual(Array.from({ length: left }, (_, index) => `${(index % 100) + 1}`))
    },
    { timeout: 10_000, interval: 50 },
  )
  expectGrowing(records)
}

function expectGrowing(records: readonly EventRecord[]): void {
  const cursors = records.map(({ cursor }) => cursor)
  expect(cursors).toEqual([...new Set(cursors)].sort((a, b) => a - b))
}

async function eventsAfter(running: ServerProcess, after: number): Promise<EventRecord[]> {
  const records: EventRecord[] = []
  for (let next: number | null = after; next !== null; ) {
    const page: EventPage = await running.query("events.list", { after: next, limit: 200 })
    records.push(...page.items)
    next = page.nextCursor
  }
  return records
}

/** All of the console's events, with the last removal in it. */
async function settledEvents(running: ServerProcess): Promise<EventRecord[]> {
  return vi.waitFor(
    async () => {
      const records = await eventsAfter(running, 0)
      const of = (action: string) => new Set(records.flatMap((event) => (event.action === action ? [event.id] : [])))
      const gone = of("remove")
      const made = records.filter(({ kind, action }) => kind === "container" && action === "create")
      expect(made.filter(({ id }) => !gone.has(id)).map(({ name }) => name)).toEqual([])
      expectGrowing(records)
      return records
    },
    { timeout: 10_000, interval: 50 },
  )
}

async function expectWholeLog(running: ServerProcess, id: string): Promise<void> {
  const lines = (await running.download(`/api/containers/${id}/logs?timestamps=false`)).trimEnd().split("\n")
  expect(lines.length).toBeGreaterThan(KILLS)
  expect(lines).toEqual(lines.map((_, index) => `${index}`))
}

/** The console told each event of the engine's journal once, in its order. What follows is this opening's own. */
async function expectJournal(told: readonly EventRecord[]): Promise<void> {
  const ofEngine = told.filter(({ kind }) => kind !== "audit")
  const engine = await createEngine(engineDirectories)
  const journal: Omit<EngineEvent, "cursor">[] = []
  try {
    for await (const { cursor: _, ...event } of engine.events({ after: 0 })) journal.push(event)
  } finally {
    await engine.close()
  }
  expect(ofEngine.map(({ cursor: _, host: _host, audit: _audit, ...event }) => event)).toEqual(journal.slice(0, ofEngine.length))
  expect(told.filter(({ host }) => host !== "local")).toEqual([])
  expect(journal.slice(ofEngine.length).map(({ action }) => action)).toEqual(["reconcile"])
}

/** By the check that `npm test` ends with, narrowed to what carries this instance's name, tag or directory. */
async function inventory(): Promise<string[]> {
  const { takeInventory } = await scriptsLibrary<{ takeInventory(): Set<string> }>("leak-check.mjs")
  const tag = createHash("sha256").update(engineDirectories.root).digest("hex").slice(0, 6)
  const isOurs = (text: string) => [directory, `pl${tag}`, `plimsoll-${tag}`].some((mark) => text.includes(mark))
  return [...takeInventory()].filter(
    (line) => isOurs(line) || (line.startsWith("process ") && isOurs(processText(line.split(" ")[1] ?? ""))),
  )
}

function processText(pid: string): string {
  try {
    return ["cmdline", "cgroup"].map((file) => readFileSync(`/proc/${pid}/${file}`, "utf8")).join()
  } catch {
    // It ended in between.
    return ""
  }
}

/** mulberry32: small, and good enough to choose moments. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
