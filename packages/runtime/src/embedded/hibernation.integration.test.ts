import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { rmSync, writeFileSync } from "node:fs"
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, expect, it, type TestContext } from "vitest"
import { askMotd } from "../conformance/ask-motd.js"
import { patience } from "../conformance/patience.js"
import { seededRandom } from "../conformance/seeded-random.js"
import { testCriu } from "../conformance/test-criu.js"
import { readAll, streamOf, testImageConfig, testRootfs } from "../conformance/test-image.js"
import type { ContainerEngine, ContainerInspect, EngineEvent } from "../engine.js"
import { unmount } from "../kernel/mount.js"
import { readMounts } from "../kernel/mount-table.js"
import { instanceName } from "../spec/instance-name.js"
import { createEngine } from "./create-engine.js"
import { purgeEngine } from "./purge-engine.js"

const KILLS = Number(process.env.PLIMSOLL_TEST_KILLS ?? 6)
const SEED = Number(process.env.PLIMSOLL_TEST_SEED ?? Date.now() % 1_000_000)
const IMAGE = "hibernation.test/base:1"
/** A server, and a shell that counts in its memory and says so: what went back or was done twice would show. */
const command = ["/bin/sh", "-c", 'httpd -p 80 -h /etc; n=0; while :; do n=$((n+1)); echo "$n"; sleep 0.05; done']

let root: string
let runDirectory: string
let missing: string | undefined
let current: ContainerEngine | undefined

async function open(): Promise<ContainerEngine> {
  current = await createEngine({ root, runDirectory, ...testCriu() })
  return current
}

beforeAll(async () => {
  root = await mkdtemp("/var/tmp/plimsoll-test-")
  await chmod(root, 0o711)
  runDirectory = join(root, "run")
  const engine = await open()
  const { features, abilities } = await engine.info()
  if (!features.includes("hibernate")) missing = abilities.find(({ name }) => name === "hibernate")?.detail ?? "the engine cannot hibernate"
  await engine.images.importRootfs(streamOf(await testRootfs()), { reference: IMAGE, config: testImageConfig })
  await engine.close()
})
afterEach(async () => {
  await current?.close()
  const engine = await open()
  for (const { id } of await engine.containers.list()) await engine.containers.remove(id, { force: true })
  await engine.close()
})
afterAll(() => purgeEngine({ root, runDirectory }))

const needsHibernation = (context: TestContext): void => context.skip(missing !== undefined, missing)

it(
  `kill -9 of the daemon at ${KILLS} random points of hibernation and waking: it counts on, nothing is lost and nothing done twice (PLIMSOLL_TEST_SEED=${SEED})`,
  async (context) => {
    needsHibernation(context)
    console.log(`hibernation crash test: PLIMSOLL_TEST_SEED=${SEED} PLIMSOLL_TEST_KILLS=${KILLS}`)
    const random = seededRandom(SEED)
    const first = await open()
    const { id, networks } = await start(first)
    await first.close()
    const found: string[] = []
    for (let kill = 0; kill < KILLS; kill++) {
      await runAndKill(id, random() * 700)
      const engine = await open()
      const { state } = await engine.containers.inspect(id)
      found.push(state.status)
      expect(["running", "hibernated"]).toContain(state.status)
      expect(await askMotd(networks[0]?.address ?? "")).toContain("hello from the image")
      const said = (await numbers(engine, id)).length
      await expect.poll(async () => (await numbers(engine, id)).length).toBeGreaterThan(said + 2)
      await engine.close()
    }
    console.log(`found after a kill: ${found.join(" ")}`)
    const last = await open()
    const counted = await numbers(last, id)
    expect(counted).toEqual(counted.map((_, index) => index + 1))
    expect(await checkpoints()).toEqual([])
    await last.close()
  },
  patience(KILLS * 30_000),
)

it("a request that comes while the daemon is dead is answered once it is back", async (context) => {
  needsHibernation(context)
  const first = await open()
  const { id, networks } = await start(first)
  await first.close()
  expect(await hibernateAndDie(id)).toContain("hibernates")
  const answer = askMotd(networks[0]?.address ?? "")
  await new Promise((resolve) => setTimeout(resolve, 300))
  const engine = await open()
  expect(await answer).toContain("hello from the image")
  const woken = (await allEvents(engine, id)).filter(({ action }) => action === "wake").at(-1)
  expect(woken).toMatchObject({ attributes: { cause: "packet", from: "hibernation" } })
  await engine.close()
})

it("it outlives what a reboot takes, and the first request finds it", async (context) => {
  needsHibernation(context)
  const first = await open()
  const { id, networks } = await start(first)
  await first.containers.hibernate(id)
  const counted = (await numbers(first, id)).length
  await first.close()
  reboot(networks[0]?.gateway ?? "")
  const engine = await open()
  expect((await engine.containers.inspect(id)).state.status).toBe("hibernated")
  expect(await askMotd(networks[0]?.address ?? "")).toContain("hello from the image")
  await expect.poll(async () => (await numbers(engine, id)).length).toBeGreaterThan(counted + 3)
  expect(await numbers(engine, id)).toEqual((await numbers(engine, id)).map((_, index) => index + 1))
  await engine.close()
})

it("one whose images are damaged says why it cannot wake, hibernates on, and can be given up and started anew", async (context) => {
  needsHibernation(context)
  const engine = await open()
  const { id } = await start(engine)
  await engine.containers.hibernate(id)
  const images = join(root, "checkpoints", id)
  for (const name of await readdir(images)) if (name.startsWith("core-")) await writeFile(join(images, name), "damaged")
  for (const attempt of [1, 2]) {
    await expect(engine.containers.wake(id), `attempt ${attempt}`).rejects.toMatchObject({
      code: "checkpoint_failed",
      publicMessage: expect.stringContaining("goes on hibernating"),
    })
    expect((await engine.containers.inspect(id)).state.status).toBe("hibernated")
  }
  await engine.containers.kill(id)
  expect((await engine.containers.inspect(id)).state).toMatchObject({ status: "exited", exitCode: 137 })
  expect(await checkpoints()).toEqual([])
  await engine.containers.start(id)
  expect((await engine.containers.inspect(id)).state.status).toBe("running")
  await engine.close()
})

it("one whose images are gone is told as ended with the reason at the next start", async (context) => {
  needsHibernation(context)
  const first = await open()
  const { id } = await start(first)
  await first.containers.hibernate(id)
  await first.close()
  await rm(join(root, "checkpoints", id), { recursive: true })
  const engine = await open()
  expect((await engine.containers.inspect(id)).state).toMatchObject({
    status: "exited",
    exitCode: -1,
    error: expect.stringContaining("processes on disk are gone"),
  })
  await engine.containers.start(id)
  expect((await engine.containers.inspect(id)).state.status).toBe("running")
  await engine.close()
})

/** What goes with the kernel: links, packet rules, the name server, control groups, mounts, and the run directory. Its boot id is another's. */
function reboot(gateway: string): void {
  const said = (tool: string, ...args: string[]): string => spawnSync(tool, args, { encoding: "utf8" }).stdout
  const instance = instanceName(root)
  const bridge = /^\d+: (\S+)/m.exec(said("ip", "-o", "-4", "addr", "show", "to", `${gateway}/32`))?.[1] ?? ""
  expect(said("ip", "link", "show", bridge)).toContain(bridge)
  spawnSync("ip", ["link", "delete", bridge])
  for (const [, family = "", name = ""] of said("nft", "list", "tables").matchAll(/^table (\S+) (\S+)$/gm))
    if (name === instance) spawnSync("nft", ["delete", "table", family, name])
  for (const pid of said("pgrep", "-f", `aardvark-dns.*${runDirectory}`).split("\n").filter(Boolean)) process.kill(Number(pid), "SIGKILL")
  for (const { target } of readMounts().reverse()) if (target.startsWith(`${runDirectory}/`)) unmount(target, { lazy: true })
  rmSync(runDirectory, { recursive: true, force: true })
  for (const { target } of readMounts().filter(({ type }) => type.startsWith("cgroup")))
    spawnSync("find", [join(target, instance), "-depth", "-type", "d", "-exec", "rmdir", "{}", ";"])
  writeFileSync(join(root, "boot-id"), "an-earlier-boot")
}

async function start(engine: ContainerEngine): Promise<ContainerInspect> {
  const { id } = await engine.containers.create({ image: IMAGE, command })
  await engine.containers.start(id)
  await expect.poll(async () => (await numbers(engine, id)).length).toBeGreaterThan(3)
  return engine.containers.inspect(id)
}

async function numbers(engine: ContainerEngine, id: string): Promise<number[]> {
  const lines: number[] = []
  for await (const { data } of engine.containers.logs(id)) lines.push(Number(data.toString()))
  return lines
}

async function checkpoints(): Promise<string[]> {
  return (await readdir(join(root, "checkpoints"))).filter((name) => !name.startsWith("."))
}

async function runAndKill(id: string, lifeMs: number): Promise<void> {
  const child = workload(id)
  await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => Promise.reject(new Error("it ended before it was ready"))),
  ])
  const early = await Promise.race([once(child, "exit"), new Promise((resolve) => setTimeout(resolve, lifeMs))])
  expect(early, "the workload must not end by itself").toBeUndefined()
  child.kill("SIGKILL")
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit")
}

/** A daemon that lets it hibernate and dies at once. */
async function hibernateAndDie(id: string): Promise<string> {
  const child = workload(id, "once")
  const [said] = await Promise.all([readAll(child.stdout), once(child, "exit")])
  return said.toString()
}

function workload(id: string, mode = "") {
  const script = fileURLToPath(new URL("hibernation-workload.ts", import.meta.url))
  return spawn(process.execPath, ["--import", "tsx", script, root, runDirectory, id, testCriu().criu ?? "", mode], {
    stdio: ["ignore", "pipe", "inherit"],
  })
}

async function allEvents(engine: ContainerEngine, id: string): Promise<EngineEvent[]> {
  const events: EngineEvent[] = []
  for await (const event of engine.events({ after: 0 })) if (event.id === id) events.push(event)
  return events
}
