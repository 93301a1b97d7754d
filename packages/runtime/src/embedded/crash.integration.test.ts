import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, it } from "vitest"
import { seededRandom } from "../conformance/seeded-random.js"
import type { ContainerEngine, EngineEvent } from "../engine.js"
import { ensureStarterImage } from "../images/starter-image.js"
import { readMounts } from "../kernel/mount-table.js"
import { instanceName, instanceTag } from "../spec/instance-name.js"
import { createEngine } from "./create-engine.js"
import { purgeEngine } from "./purge-engine.js"

const KILLS = Number(process.env.PLIMSOLL_TEST_KILLS ?? 25)
const SEED = Number(process.env.PLIMSOLL_TEST_SEED ?? Date.now() % 1_000_000)
const LONGEST_LIFE_MS = 700

interface Told {
  phase: "begin" | "done" | "ready"
  step: "create" | "start" | "exec" | "stop" | "remove"
  name: string
  id?: string
  pid?: number
  exitCode?: number
}

let root: string
let runDirectory: string

beforeAll(async () => {
  root = await mkdtemp("/var/tmp/plimsoll-test-")
  runDirectory = join(root, "run")
  const engine = await createEngine({ root, runDirectory })
  await ensureStarterImage(engine.images)
  await engine.close()
})
afterAll(() => purgeEngine({ root, runDirectory }))

it(
  `kill -9 at ${KILLS} random points loses nothing that was acknowledged and leaves nothing over (PLIMSOLL_TEST_SEED=${SEED})`,
  async () => {
    console.log(`crash test: PLIMSOLL_TEST_SEED=${SEED} PLIMSOLL_TEST_KILLS=${KILLS}`)
    const random = seededRandom(SEED)
    const told: Told[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      told.push(...(await runAndKill(`k${kill}`, random() * LONGEST_LIFE_MS)))
      const engine = await createEngine({ root, runDirectory })
      try {
        await expectNothingLost(engine, told)
        await expectNothingLeftOver(engine)
      } finally {
        await engine.close()
      }
    }
    const engine = await createEngine({ root, runDirectory })
    expect(await newestReconciliation(engine)).toMatchObject({ endedMeanwhile: "0", removalsFinished: "0", leftoversRemoved: "0" })
    for (const { id } of await engine.containers.list()) await engine.containers.remove(id, { force: true })
    await expectNothingLeftOver(engine)
    await engine.close()
    await purgeEngine({ root, runDirectory })
    expectHostClean()
  },
  KILLS * 20_000,
)

async function runAndKill(prefix: string, lifeMs: number): Promise<Told[]> {
  const script = fileURLToPath(new URL("crash-workload.ts", import.meta.url))
  const child: ChildProcess = spawn(process.execPath, ["--import", "tsx", script, root, runDirectory, prefix], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const told: Told[] = []
  const exited = once(child, "exit")
  if (child.stdout === null) throw new Error("no output")
  const lines = createInterface({ input: child.stdout })
  const ready = new Promise<void>((resolve) => {
    lines.on("line", (line) => {
      const entry: Told = JSON.parse(line)
      if (entry.phase === "ready") resolve()
      else told.push(entry)
    })
  })
  const closed = once(lines, "close")
  await Promise.race([ready, exited.then(() => Promise.reject(new Error("the workload ended by itself before it was ready")))])
  const early = await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, lifeMs))])
  expect(early, "the workload must not end by itself").toBeUndefined()
  child.kill("SIGKILL")
  await Promise.all([exited, closed])
  return told
}

async function expectNothingLost(engine: ContainerEngine, told: readonly Told[]): Promise<void> {
  const present = new Map((await engine.containers.list()).map((summary) => [summary.name, summary]))
  const events = await allEvents(engine)
  for (const name of new Set(told.map((entry) => entry.name))) {
    const mine = told.filter((entry) => entry.name === name)
    const done = (step: Told["step"]) => mine.find((entry) => entry.step === step && entry.phase === "done")
    const began = (step: Told["step"]): boolean => mine.some((entry) => entry.step === step)
    const created = done("create")
    if (created === undefined) continue
    const summary = present.get(name)
    const actions = events.filter((event) => event.id === created.id).map(({ action }) => action)
    const started = done("start")
    if (done("remove")) expect(summary, `${name} was removed`).toBeUndefined()
    else if (!began("remove")) expect(summary, `${name} was created`).toBeDefined()
    if (started && !began("stop")) expect(summary?.state, `${name} runs on`).toMatchObject({ status: "running", pid: started.pid })
    if (done("stop") && summary !== undefined) expect(summary.state.status, `${name} was stopped`).toMatch(/exited|created/)
    for (const action of ["create", "start", "exec-start", "exec-exit", "exit", "stop", "remove"] as const) {
      const count = actions.filter((other) => other === action).length
      expect(count, `${action} events of ${name}: ${actions.join(" ")}`).toBeLessThanOrEqual(1)
    }
    expect(actions[0], name).toBe("create")
    if (started) expect(actions, name).toContain("start")
    if (done("exec")) expect(done("exec")?.exitCode).toBe(7)
    if (done("exec")) expect(actions, name).toContain("exec-exit")
    if (done("remove")) expect(actions.at(-1), name).toBe("remove")
  }
}

/** What is on the host belongs to containers that run, what is on the disk to containers that are there. */
async function expectNothingLeftOver(engine: ContainerEngine): Promise<void> {
  const summaries = await engine.containers.list()
  const running = summaries
    .filter(({ state }) => state.status === "running")
    .map(({ id }) => id)
    .sort()
  const known = summaries.map(({ id }) => id).sort()
  expect(mountsBelow(join(runDirectory, "rootfs"))).toEqual(running)
  expect(entries(join(runDirectory, "bundles"))).toEqual(running)
  expect(entries(join(runDirectory, "exits"))).toEqual([])
  expect(cgroupsOf(instanceName(root))).toEqual(running)
  expect(entries(join(root, "containers"))).toEqual(known)
  expect(entries(join(root, "snapshots")).filter((name) => /^[0-9a-f]{64}$/.test(name))).toEqual(known)
  await expect.poll(() => conmonProcesses().sort(), { timeout: 5000 }).toEqual(running)
  // The bridge, and one link a running container.
  await expect.poll(() => links().length, { timeout: 5000 }).toBeLessThanOrEqual(running.length + 1)
}

function expectHostClean(): void {
  expect(readMounts().filter(({ target }) => target.startsWith(root))).toEqual([])
  expect(links()).toEqual([])
  expect(cgroupMounts().filter((mount) => existsSync(join(mount, instanceName(root))))).toEqual([])
  expect(conmonProcesses()).toEqual([])
  expect(existsSync(root)).toBe(false)
}

async function allEvents(engine: ContainerEngine): Promise<EngineEvent[]> {
  const events: EngineEvent[] = []
  for await (const event of engine.events({ after: 0 })) events.push(event)
  return events
}

async function newestReconciliation(engine: ContainerEngine): Promise<Record<string, string> | undefined> {
  return (await allEvents(engine)).findLast(({ action }) => action === "reconcile")?.attributes
}

function mountsBelow(directory: string): string[] {
  return readMounts()
    .flatMap(({ target }) => (target.startsWith(`${directory}/`) ? [target.slice(directory.length + 1)] : []))
    .sort()
}

function cgroupMounts(): string[] {
  return readMounts()
    .filter(({ type }) => type === "cgroup" || type === "cgroup2")
    .map(({ target }) => target)
}

function cgroupsOf(instance: string): string[] {
  const ids = cgroupMounts().flatMap((mount) => entries(join(mount, instance, "operator")).filter((name) => /^[0-9a-f]{64}$/.test(name)))
  return [...new Set(ids)].sort()
}

function links(): string[] {
  return readdirSync("/sys/class/net").filter((name) => name.includes(instanceTag(root)))
}

/** Ids of containers whose conmon lives: told by the run directory in its arguments. */
function conmonProcesses(): string[] {
  return readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    const command = commandLine(pid)
    const id = command.find((argument) => /^[0-9a-f]{64}$/.test(argument))
    return command[0]?.endsWith("conmon") === true && command.some((argument) => argument.startsWith(runDirectory)) && id !== undefined
      ? [id]
      : []
  })
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")
  } catch {
    // It ended between listing and reading.
    return []
  }
}

function entries(directory: string): string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : []
}
