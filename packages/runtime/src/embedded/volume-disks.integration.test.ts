import { spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, existsSync, openSync, readdirSync, readFileSync, writeSync } from "node:fs"
import { mkdtemp } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { ContainerEngine } from "../engine.js"
import { ensureStarterImage, starterReference } from "../images/starter-image.js"
import { readMounts } from "../kernel/mount-table.js"
import { createEngine } from "./create-engine.js"
import { purgeEngine } from "./purge-engine.js"

const KILLS = 4
const MEBIBYTE = 2 ** 20
const sizeBytes = 16 * MEBIBYTE

let root: string
let runDirectory: string
let engine: ContainerEngine

beforeEach(async () => {
  root = await mkdtemp("/var/tmp/plimsoll-test-")
  runDirectory = join(root, "run")
  engine = await createEngine({ root, runDirectory })
  await ensureStarterImage(engine.images)
})
afterEach(async () => {
  await engine.close()
  await purgeEngine({ root, runDirectory })
  await expect.poll(loopFiles).toEqual([])
})

/** A container that writes a line into the volume again and again. */
async function writer(volume: string): Promise<string> {
  const { id } = await engine.containers.create({
    image: starterReference,
    command: ["sh", "-c", "trap 'exit 0' TERM; while :; do echo line >> /data/lines; sleep 0.02; done"],
    network: { kind: "none" },
    mounts: [{ kind: "volume", volume, target: "/data" }],
  })
  return id
}

const mountedVolumes = (): string[] =>
  readMounts()
    .flatMap(({ target }) => (target.startsWith(join(runDirectory, "volumes/")) ? [target.slice(runDirectory.length + 9)] : []))
    .sort()
const image = (volume: string): string => join(root, "volumes", volume, "disk.img")

/** Files below the root that are loop devices. */
function loopFiles(): string[] {
  return readdirSync("/sys/block")
    .map((name) => `/sys/block/${name}/loop/backing_file`)
    .flatMap((path) => (existsSync(path) ? [readFileSync(path, "utf8").trim()] : []))
    .filter((path) => path.startsWith(`${root}/`))
    .sort()
}

const linesIn = async (id: string): Promise<number> => (await engine.containers.statPath(id, "/data/lines")).sizeBytes

describe("a volume with a limit", () => {
  it("is mounted while a container that uses it runs, and only then", async () => {
    await engine.volumes.create({ name: "v", sizeBytes })
    const ids = [await writer("v"), await writer("v")] as const
    expect(mountedVolumes()).toEqual([])
    for (const id of ids) await engine.containers.start(id)
    expect(mountedVolumes()).toEqual(["v"])
    expect(loopFiles()).toEqual([image("v")])
    await engine.containers.stop(ids[0])
    expect(mountedVolumes()).toEqual(["v"])
    await engine.containers.stop(ids[1])
    expect(mountedVolumes()).toEqual([])
    await expect.poll(loopFiles).toEqual([])
    expect(await linesIn(ids[0])).toBeGreaterThan(0)
    expect(mountedVolumes()).toEqual([])
    await expect(engine.volumes.remove("v")).rejects.toMatchObject({ code: "volume_in_use" })
    for (const id of ids) await engine.containers.remove(id)
    await engine.volumes.remove("v")
    expect(readdirSync(join(root, "volumes"))).toEqual([])
  })

  it("that is damaged is refused with the command that repairs it; containers without it go on", async () => {
    await engine.volumes.create({ name: "bad", sizeBytes })
    await engine.volumes.create({ name: "good", sizeBytes })
    const [bad, good] = [await writer("bad"), await writer("good")]
    await engine.containers.start(good)
    const file = openSync(image("bad"), "r+")
    writeSync(file, Buffer.alloc(MEBIBYTE, 0x5a), 0, MEBIBYTE, 0)
    closeSync(file)
    await expect(engine.containers.start(bad)).rejects.toMatchObject({
      code: "disk_corrupt",
      publicMessage: expect.stringContaining(`fsck.ext4 -f ${image("bad")}`),
    })
    expect((await engine.containers.inspect(bad)).state.status).toBe("created")
    expect(mountedVolumes()).toEqual(["good"])
    expect(await engine.volumes.inspect("bad")).toMatchObject({ usedBytes: -1, limit: { kind: "disk", sizeBytes } })
    const before = await linesIn(good)
    await expect.poll(() => linesIn(good)).toBeGreaterThan(before)
  })

  it(`outlives ${KILLS} kills of the daemon at any moment, and nothing is left of what was half-done`, { timeout: 60_000 }, async () => {
    await engine.volumes.create({ name: "used", sizeBytes })
    const id = await writer("used")
    await engine.containers.start(id)
    const { state } = await engine.containers.inspect(id)
    for (let kill = 0; kill < KILLS; kill++) {
      await engine.close()
      await runAndKill(`k${kill}`, kill * 90)
      engine = await createEngine({ root, runDirectory })
      expect((await engine.containers.inspect(id)).state).toEqual(state)
      expect(mountedVolumes()).toEqual(["used"])
      await expect.poll(loopFiles).toEqual([image("used")])
      const names = (await engine.volumes.list()).map(({ name }) => name).sort()
      expect(readdirSync(join(root, "volumes")).sort()).toEqual(names)
      const before = await linesIn(id)
      await expect.poll(() => linesIn(id)).toBeGreaterThan(before)
      for (const name of names) if (name !== "used") await engine.volumes.remove(name)
    }
    await engine.containers.stop(id)
    expect(mountedVolumes()).toEqual([])
    await engine.containers.start(id)
    expect(await linesIn(id)).toBeGreaterThan(0)
  })
})

describe("a container's disk with a limit", () => {
  it("goes with its root: nothing of it is left after a stop, also when the daemon was away at its end", async () => {
    const { id } = await engine.containers.create({
      image: starterReference,
      command: ["sh", "-c", "trap 'exit 3' TERM; echo written > /file; while :; do sleep 0.05; done"],
      network: { kind: "none" },
      diskBytes: sizeBytes,
    })
    const disk = join(root, "snapshots", id, "disk.img")
    await engine.containers.start(id)
    await expect.poll(loopFiles).toEqual([disk])
    expect(readdirSync(join(runDirectory, "disks"))).toEqual([])
    await engine.close()
    engine = await createEngine({ root, runDirectory })
    const { state } = await engine.containers.inspect(id)
    if (state.status !== "running") throw new Error(`is ${state.status}`)
    await engine.close()
    process.kill(state.pid, "SIGKILL")
    await expect.poll(() => existsSync(join(runDirectory, "exits", id))).toBe(true)
    engine = await createEngine({ root, runDirectory })
    expect((await engine.containers.inspect(id)).state).toMatchObject({ status: "exited", exitCode: 137 })
    await expect.poll(loopFiles).toEqual([])
    expect(await engine.containers.statPath(id, "/file")).toMatchObject({ sizeBytes: 8 })
    await expect.poll(loopFiles).toEqual([])
    await engine.containers.remove(id)
    expect(existsSync(disk)).toBe(false)
  })
})

/** Kills the workload that long after it made its first volume. */
async function runAndKill(prefix: string, lifeMs: number): Promise<void> {
  const script = fileURLToPath(new URL("volume-workload.ts", import.meta.url))
  const child = spawn(process.execPath, ["--import", "tsx", script, root, runDirectory, prefix, "used"], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const exited = once(child, "exit")
  await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    exited.then(() => Promise.reject(new Error("the workload ended by itself"))),
  ])
  const early = await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, lifeMs))])
  expect(early, "the workload must not end by itself").toBeUndefined()
  child.kill("SIGKILL")
  await exited
}
