import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { mkdir, mkdtemp, rmdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { openCgroupDriver } from "../cgroups/open-cgroup-driver.js"
import type { ContainerRecord } from "../containers/container-record.js"
import type { ContainerEngine, ContainerInspect } from "../engine.js"
import { ensureStarterImage, starterReference } from "../images/starter-image.js"
import { mount, unmount } from "../kernel/mount.js"
import { isSameProcessAlive, readProcessStat } from "../kernel/process-stat.js"
import type { ContainerSpec } from "../spec/container-spec.js"
import { instanceName } from "../spec/instance-name.js"
import { createEngine } from "./create-engine.js"
import { purgeEngine } from "./purge-engine.js"

const idle = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"]
const report = { warn: () => undefined, error: () => undefined }

let root: string
let runDirectory: string
let engine: ContainerEngine

const open = async (): Promise<ContainerEngine> => {
  engine = await createEngine({ root, runDirectory, report })
  return engine
}
const start = async (spec: Partial<ContainerSpec> = {}): Promise<ContainerInspect> => {
  const { id } = await engine.containers.create({ image: starterReference, command: idle, network: { kind: "none" }, ...spec })
  await engine.containers.start(id)
  return engine.containers.inspect(id)
}
const pidOf = ({ state }: Pick<ContainerInspect, "state">): number => {
  if (state.status !== "running" && state.status !== "paused") throw new Error(`not running but ${state.status}`)
  return state.pid
}
const documentOf = (id: string): string => join(root, "containers", id, "container.json")
const readDocument = (id: string): ContainerRecord => JSON.parse(readFileSync(documentOf(id), "utf8"))
const reconciliation = async (): Promise<Record<string, string> | undefined> => {
  let newest: Record<string, string> | undefined
  for await (const event of engine.events({ after: 0 })) if (event.action === "reconcile") newest = event.attributes
  return newest
}

beforeEach(async () => {
  root = await mkdtemp("/var/tmp/plimsoll-test-")
  runDirectory = join(root, "run")
  await open()
  await ensureStarterImage(engine.images)
})
afterEach(async () => {
  await engine.close()
  await purgeEngine({ root, runDirectory })
})

describe("a daemon that comes back", () => {
  it("finds what runs, the exits that happened meanwhile with their codes, and every log line", async () => {
    const steady = await start({ command: ["sh", "-c", "n=0; while :; do n=$((n+1)); echo $n; sleep 0.01; done"] })
    const ending = await start({ command: ["sh", "-c", "trap 'exit 7' TERM; while :; do sleep 1000 & wait $!; done"] })
    const paused = await start()
    await engine.containers.pause(paused.id)
    await engine.close()
    const exit = join(runDirectory, "exits", ending.id)
    process.kill(pidOf(ending), "SIGTERM")
    await expect.poll(() => existsSync(exit), { timeout: 10_000 }).toBe(true)
    await open()
    expect(await reconciliation()).toMatchObject({ adopted: "2", endedMeanwhile: "1", leftoversRemoved: "0" })
    expect((await engine.containers.inspect(steady.id)).state).toEqual(steady.state)
    expect((await engine.containers.inspect(paused.id)).state).toMatchObject({ status: "paused", pid: pidOf(paused) })
    expect((await engine.containers.inspect(ending.id)).state).toMatchObject({ status: "exited", exitCode: 7 })
    await engine.containers.resume(paused.id)
    await engine.containers.stop(steady.id, { timeoutMs: 0 })
    const lines: string[] = []
    for await (const line of engine.containers.logs(steady.id)) lines.push(line.data.toString())
    expect(lines).toEqual(lines.map((_, index) => String(index + 1)))
    expect(lines.length).toBeGreaterThan(10)
  })

  it("goes on with restart policies: a container that ended while it was away starts again", async () => {
    const policied = await start({ restartPolicy: { kind: "always" } })
    await engine.close()
    process.kill(pidOf(policied), "SIGKILL")
    await open()
    await expect.poll(async () => (await engine.containers.inspect(policied.id)).state.status, { timeout: 10_000 }).toBe("running")
    expect((await engine.containers.inspect(policied.id)).restartCount).toBe(1)
  })

  it("removes what was to be removed at its exit", async () => {
    const passing = await start({ autoRemove: true })
    await engine.close()
    process.kill(pidOf(passing), "SIGKILL")
    await open()
    await expect.poll(async () => (await engine.containers.list()).length, { timeout: 10_000 }).toBe(0)
  })

  it("thaws a commit, and puts limits back, that were cut off", async () => {
    const { id, cgroupPath } = await start({ limits: { pidsMax: 50 } })
    await engine.containers.pause(id)
    await engine.close()
    const record = readDocument(id)
    if (record.state.status !== "paused") throw new Error("was paused")
    writeFileSync(
      documentOf(id),
      JSON.stringify({ ...record, state: { status: "running", run: record.state.run }, limits: { pidsMax: 40 }, limitsInDoubt: true }),
    )
    await open()
    expect(cgroupPath).toContain(id)
    await expect.poll(async () => (await engine.containers.stats(id)).pids.max).toBe(40)
    const { exited, stdout, stderr } = await engine.containers.exec(id, { command: ["true"] })
    stdout.resume()
    stderr?.resume()
    expect(await exited).toEqual({ exitCode: 0 })
  })

  it("enforces tenants' limits again after a reboot emptied the cgroups", async () => {
    await engine.tenants.setLimits("acme", { pidsMax: 77 })
    const { id } = await start({ tenant: "acme" })
    await engine.containers.remove(id, { force: true })
    await engine.close()
    await openCgroupDriver({ rootName: instanceName(root) }).removeTenant("acme")
    await open()
    const again = await start({ tenant: "acme" })
    const tenant = (await engine.containers.cgroupTree(again.id)).filter(({ role }) => role === "tenant")
    expect(tenant.some(({ files }) => files["pids.max"]?.trim() === "77")).toBe(true)
  })

  it("keeps a second engine away from its root, with the reason", async () => {
    const second = await createEngine({ root, runDirectory, report })
    expect(await second.info()).toMatchObject({ status: "unavailable", reason: expect.stringContaining(String(process.pid)) })
    await expect(second.containers.list()).rejects.toMatchObject({ code: "engine_unavailable" })
    await second.close()
    expect((await engine.info()).status).toBe("available")
  })
})

describe("after the host was booted anew", () => {
  /** What a reboot leaves: no process, no run directory, documents of another boot whose pids may belong to anybody now. */
  async function reboot(containers: ContainerInspect[], foreign: { pid: number; startTicks: number }): Promise<void> {
    await engine.close()
    for (const container of containers) if (container.state.status === "running") process.kill(pidOf(container), "SIGKILL")
    const cgroups = openCgroupDriver({ rootName: instanceName(root) })
    for (const location of await cgroups.list()) await cgroups.open(location).killAll(10_000)
    for (const { id } of containers) {
      const record = readDocument(id)
      if (record.state.status !== "running") continue
      const run = { ...record.state.run, bootId: "an-earlier-boot", pid: foreign.pid, pidStartTicks: foreign.startTicks }
      writeFileSync(documentOf(id), JSON.stringify({ ...record, state: { status: "running", run } }))
    }
    writeFileSync(join(root, "boot-id"), "an-earlier-boot")
  }

  it("what ran is exited, policies start what they should, and no foreign process is signalled", async () => {
    const policies: ContainerSpec["restartPolicy"][] = [
      { kind: "no" },
      { kind: "always" },
      { kind: "unless-stopped" },
      { kind: "on-failure", maximumRetries: 0 },
      { kind: "unless-stopped" },
      { kind: "always" },
    ]
    const containers = await Promise.all(policies.map((restartPolicy) => start(restartPolicy === undefined ? {} : { restartPolicy })))
    for (const stopped of containers.slice(4)) await engine.containers.stop(stopped.id)
    const own = readProcessStat(process.pid)
    if (own === undefined) throw new Error("this process is there")
    await reboot(await Promise.all(containers.map(({ id }) => engine.containers.inspect(id))), {
      pid: process.pid,
      startTicks: own.startTicks,
    })
    await open()
    const statuses = (): Promise<string[]> =>
      Promise.all(containers.map(async ({ id }) => (await engine.containers.inspect(id)).state.status))
    await expect.poll(statuses, { timeout: 15_000 }).toEqual(["exited", "running", "running", "running", "exited", "running"])
    expect((await engine.containers.inspect(containers[0]?.id ?? "")).state).toMatchObject({ exitCode: -1 })
    expect(isSameProcessAlive(process.pid, own.startTicks)).toBe(true)
  })
})

describe("conmon killed", () => {
  it("only its container is affected, whose state is true within five seconds", async () => {
    const [struck, other] = [await start(), await start()]
    const record = readDocument(struck.id)
    if (record.state.status !== "running") throw new Error("runs")
    process.kill(record.state.run.conmonPid, "SIGKILL")
    process.kill(pidOf(struck), "SIGKILL")
    await expect.poll(async () => (await engine.containers.inspect(struck.id)).state.status, { timeout: 5000 }).toBe("exited")
    expect((await engine.containers.inspect(struck.id)).state).toMatchObject({ exitCode: -1 })
    expect((await engine.containers.inspect(other.id)).state).toEqual(other.state)
    await engine.containers.start(struck.id)
    expect((await engine.containers.inspect(struck.id)).state.status).toBe("running")
  })
})

describe("a full disk", () => {
  it("is a clear error, corrupts nothing, and passes", async () => {
    await engine.close()
    await purgeEngine({ root, runDirectory })
    const disk = root
    await mkdir(disk, { mode: 0o711 })
    mount({ source: "tmpfs", target: disk, type: "tmpfs", data: "size=48m,mode=711" })
    root = join(disk, "engine")
    runDirectory = `${disk}-run`
    try {
      await open()
      await ensureStarterImage(engine.images)
      const running = await start({ command: ["sh", "-c", "trap 'exit 5' TERM; while :; do sleep 1000 & wait $!; done"] })
      const [unwanted, killed, idling] = [await start(), await start(), await engine.containers.create({ image: starterReference })]
      await expect(writeFile(join(root, "filler"), Buffer.alloc(64 << 20))).rejects.toThrow()
      await expect(engine.volumes.create({ name: "no-room" })).rejects.toMatchObject({ code: "disk_full" })
      await expect(engine.containers.start(idling.id)).rejects.toMatchObject({ code: "disk_full" })
      // What has filled the disk can be ended.
      await engine.containers.stop(unwanted.id, { timeoutMs: 0 })
      await engine.containers.kill(killed.id)
      await expect.poll(async () => (await engine.containers.inspect(killed.id)).state.status, { timeout: 10_000 }).toBe("exited")
      expect((await engine.containers.inspect(unwanted.id)).state).toMatchObject({ status: "exited", exitCode: 137 })
      await expect(engine.containers.create({ image: starterReference, name: "no-room" })).rejects.toMatchObject({ code: "disk_full" })
      expect(await engine.containers.list()).toHaveLength(4)
      process.kill(pidOf(running), "SIGTERM")
      await expect
        .poll(async () => (await engine.containers.inspect(running.id)).state, { timeout: 10_000 })
        .toMatchObject({ status: "exited", exitCode: 5 })
      rmSync(join(root, "filler"))
      await engine.containers.create({ image: starterReference, name: "no-room" })
      await expect.poll(() => readDocument(running.id).state.status, { timeout: 5000 }).toBe("exited")
      const actions = async (): Promise<string[]> => {
        const found: string[] = []
        for await (const event of engine.events({ after: 0 })) if (event.id === running.id) found.push(event.action)
        return found
      }
      await expect.poll(actions, { timeout: 5000 }).toEqual(["create", "start", "exit"])
    } finally {
      await engine.close()
      await purgeEngine({ root, runDirectory })
      unmount(disk)
      await rmdir(disk)
    }
  })
})
