import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, expect, it } from "vitest"
import { askMotd } from "../conformance/ask-motd.js"
import { seededRandom } from "../conformance/seeded-random.js"
import { readAll, streamOf, testImageConfig, testRootfs } from "../conformance/test-image.js"
import { makeTestSwap } from "../conformance/test-swap.js"
import type { ContainerEngine, ContainerInspect } from "../engine.js"
import { createEngine } from "./create-engine.js"
import { purgeEngine } from "./purge-engine.js"

const KILLS = Number(process.env.PLIMSOLL_TEST_KILLS ?? 12)
const SEED = Number(process.env.PLIMSOLL_TEST_SEED ?? Date.now() % 1_000_000)
const MiB = 2 ** 20
const IMAGE = "naps.test/base:1"
/** For the shell to count its numbers, on a machine that emulates another one. */
const PATIENCE_MS = 240_000
const limits = { memoryMaxBytes: 128 * MiB, swapMaxBytes: 256 * MiB }
/** A server, and a shell that holds some 24 MiB and says their sum at each USR1. */
const command = [
  "/bin/sh",
  "-c",
  'x=$(seq 1 3200000); httpd -p 80 -h /etc; trap \'echo "$x" | md5sum\' USR1; echo "$x" | md5sum; while :; do sleep 1000 & wait $!; done',
]

let root: string
let runDirectory: string
let swap: { remove(): void }
let current: ContainerEngine | undefined

async function open(): Promise<ContainerEngine> {
  current = await createEngine({ root, runDirectory })
  return current
}

beforeAll(async () => {
  root = await mkdtemp("/var/tmp/plimsoll-test-")
  runDirectory = join(root, "run")
  swap = await makeTestSwap()
  const engine = await open()
  await engine.images.importRootfs(streamOf(await testRootfs()), { reference: IMAGE, config: testImageConfig })
  await engine.close()
})
afterEach(async () => {
  await current?.close()
  const engine = await open()
  for (const { id } of await engine.containers.list()) await engine.containers.remove(id, { force: true })
  await engine.close()
})
afterAll(async () => {
  await purgeEngine({ root, runDirectory })
  swap.remove()
})

it(
  `kill -9 of the daemon at ${KILLS} random points of naps loses no request, no byte and no limit (PLIMSOLL_TEST_SEED=${SEED})`,
  async () => {
    console.log(`nap crash test: PLIMSOLL_TEST_SEED=${SEED} PLIMSOLL_TEST_KILLS=${KILLS}`)
    const random = seededRandom(SEED)
    const first = await open()
    const { id, networks } = await start(first)
    const before = await limitFiles(first, id)
    await first.close()
    const found: string[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      await runAndKill(id, random() * 900)
      const engine = await open()
      const container = await engine.containers.inspect(id)
      found.push(container.nap === undefined ? container.state.status : "naps")
      expect(container.state.status === "running" || container.nap !== undefined, `found ${JSON.stringify(container.state)}`).toBe(true)
      expect(await askMotd(networks[0]?.address ?? "")).toContain("hello from the image")
      expect((await engine.containers.inspect(id)).state.status).toBe("running")
      expect(await limitFiles(engine, id)).toEqual(before)
      await engine.close()
    }
    console.log(`found after a kill: ${found.join(" ")}`)
    const last = await open()
    const [sum] = await sums(last, id)
    await last.containers.kill(id, { signal: "USR1" })
    await expect.poll(() => sums(last, id), { timeout: PATIENCE_MS }).toEqual([sum, sum])
    await last.close()
  },
  KILLS * 20_000 + 2 * PATIENCE_MS,
)

it("a request that comes while the daemon is dead is answered once it is back", async () => {
  const first = await open()
  const { id, networks } = await start(first)
  await first.close()
  const nap = await napAndDie(id)
  expect(nap).toContain("naps")
  const answer = askMotd(networks[0]?.address ?? "")
  // Nobody is there to wake it: the kernel takes the connection all the same.
  await new Promise((resolve) => setTimeout(resolve, 300))
  const engine = await open()
  expect(await answer).toContain("hello from the image")
  const events = await allEvents(engine, id)
  expect(events.filter(({ action }) => action === "wake").at(-1)).toMatchObject({ attributes: { cause: "packet" } })
  await engine.close()
})

it("one that slept on undisturbed while the daemon was dead sleeps on, and wakes with the first request", async () => {
  const first = await open()
  const { id, networks } = await start(first)
  await first.close()
  await napAndDie(id)
  const engine = await open()
  expect((await engine.containers.inspect(id)).nap).toBeDefined()
  expect(await askMotd(networks[0]?.address ?? "")).toContain("hello from the image")
  expect((await engine.containers.inspect(id)).nap).toBeUndefined()
  await engine.close()
})

it("swap that comes and goes is noticed by an engine that is open", async () => {
  const engine = await open()
  const has = async (): Promise<boolean> => (await engine.info()).features.includes("nap")
  expect(await has()).toBe(true)
  const { id } = await start(engine)
  swap.remove()
  try {
    expect(await has()).toBe(false)
    const ability = (await engine.info()).abilities.find(({ name }) => name === "nap")
    expect(ability).toMatchObject({ status: "missing", remedy: expect.stringContaining("npm run zram") })
    await expect(engine.containers.nap(id)).rejects.toMatchObject({
      code: "unsupported",
      publicMessage: expect.stringContaining("no swap"),
    })
    expect((await engine.containers.inspect(id)).state.status).toBe("running")
  } finally {
    swap = await makeTestSwap()
  }
  expect(await has()).toBe(true)
  await engine.containers.nap(id)
  await engine.close()
})

async function start(engine: ContainerEngine): Promise<ContainerInspect> {
  const { id } = await engine.containers.create({ image: IMAGE, command, limits })
  await engine.containers.start(id)
  await expect.poll(() => sums(engine, id), { timeout: PATIENCE_MS }).toHaveLength(1)
  return engine.containers.inspect(id)
}

async function sums(engine: ContainerEngine, id: string): Promise<string[]> {
  const lines: string[] = []
  for await (const { data } of engine.containers.logs(id)) lines.push(data.toString())
  return lines
}

async function limitFiles(engine: ContainerEngine, id: string): Promise<Record<string, string>[]> {
  return (await engine.containers.cgroupTree(id))
    .filter(({ role }) => role === "container")
    .map(({ files }) =>
      Object.fromEntries(
        Object.entries(files).filter(([name]) => /^memory\.(memsw\.)?limit_in_bytes$|memory\.(max|high|swap\.max)$/.test(name)),
      ),
    )
}

/** The workload in a process of its own, killed so many milliseconds after it has begun. */
async function runAndKill(id: string, lifeMs: number): Promise<void> {
  const child = workload(new URL("nap-workload.ts", import.meta.url), id)
  await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => Promise.reject(new Error("it ended before it was ready"))),
  ])
  const early = await Promise.race([once(child, "exit"), new Promise((resolve) => setTimeout(resolve, lifeMs))])
  expect(early, "the workload must not end by itself").toBeUndefined()
  child.kill("SIGKILL")
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
}

/** A daemon that lets it nap and dies at once. */
async function napAndDie(id: string): Promise<string> {
  const child = workload(new URL("nap-and-die-workload.ts", import.meta.url), id)
  const [said] = await Promise.all([readAll(child.stdout), once(child, "exit")])
  return said.toString()
}

function workload(script: URL, id: string) {
  return spawn(process.execPath, ["--import", "tsx", fileURLToPath(script), root, runDirectory, id], {
    stdio: ["ignore", "pipe", "inherit"],
  })
}

async function allEvents(engine: ContainerEngine, id: string) {
  const events = []
  for await (const event of engine.events({ after: 0 })) if (event.id === id) events.push(event)
  return events
}
