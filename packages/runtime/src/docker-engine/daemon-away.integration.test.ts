import { spawnSync } from "node:child_process"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeTar, streamOf, testRootfs } from "../conformance/test-image.js"
import type { ContainerEngine, EngineEvent } from "../engine.js"
import { createDockerEngine } from "./create-docker-engine.js"
import { installed, type TestDaemon, testDockerd } from "./testing/test-daemon.js"

const image = "away.test/base:1"
const idle = ["/bin/sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait $!; done"]

it("an engine whose socket does not exist says so, and rejects with what to do", async () => {
  const engine = createDockerEngine({ endpoint: { kind: "unix", path: "/run/no-such-directory/docker.sock" } })
  const info = await engine.info()
  expect(info).toMatchObject({ kind: "docker", status: "unavailable", features: [] })
  expect(info.reason).toContain("unix:///run/no-such-directory/docker.sock")
  expect(info.remedy).toMatch(/systemctl start docker/)
  await expect(engine.containers.list()).rejects.toMatchObject({ code: "engine_unavailable" })
  await expect(engine.events({ after: 0 })[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "engine_unavailable" })
  await engine.close()
})

describe.skipIf(installed("dockerd") === undefined)("a Docker daemon (skipped where dockerd is not installed)", () => {
  let daemon: TestDaemon
  let engine: ContainerEngine
  beforeAll(async () => {
    daemon = await testDockerd({ lasting: true })
    engine = createDockerEngine({ endpoint: { kind: "unix", path: daemon.socket } })
    await engine.images.importRootfs(streamOf(await testRootfs()), { reference: image })
  })
  afterAll(async () => {
    await engine.close()
    await daemon.dispose()
  })

  it("that goes away and comes back is used again, and who follows its events goes on", async () => {
    const stop = new AbortController()
    const seen: EngineEvent[] = []
    const following = (async () => {
      for await (const event of engine.events({ after: 0, follow: true, signal: stop.signal })) seen.push(event)
    })()
    const { id } = await engine.containers.create({ image, command: idle, restartPolicy: { kind: "no" } })
    await expect.poll(() => seen.map((event) => `${event.action} ${event.id}`)).toContain(`create ${id}`)
    const waiting = engine.containers.wait(id, { condition: "next-exit" }).catch((error: unknown) => error)
    await daemon.stop()
    expect(await waiting).toMatchObject({ code: "engine_unavailable" })
    expect(await engine.info()).toMatchObject({ status: "unavailable" })
    await expect(engine.containers.inspect(id)).rejects.toMatchObject({ code: "engine_unavailable" })
    await daemon.start()
    expect(await engine.info()).toMatchObject({ status: "available" })
    expect((await engine.containers.inspect(id)).state).toEqual({ status: "created" })
    await engine.containers.start(id)
    await engine.containers.remove(id, { force: true })
    await expect.poll(() => seen.filter((event) => event.id === id).map((event) => event.action), { timeout: 20_000 }).toContain("remove")
    expect(seen.filter((event) => event.id === id && event.action === "create")).toHaveLength(1)
    expect(seen.map((event) => event.action)).toContain("reconcile")
    const cursors = seen.map((event) => event.cursor)
    expect(cursors).toEqual([...new Set(cursors)].sort((a, b) => a - b))
    stop.abort()
    await following
  })

  it("shows what was made past us as the operator's, and what an image inherited from a tenant's container too", async () => {
    const { id } = await engine.containers.create({ image, tenant: "acme", command: ["/bin/sh", "-c", "true"] })
    const committed = await engine.containers.commit(id, { reference: "away.test/of-acme:1" })
    const made = spawnSync("/usr/bin/docker", ["-H", `unix://${daemon.socket}`, "create", "--name", "by-hand", "away.test/of-acme:1"], {
      encoding: "utf8",
    })
    expect(made.status, made.stderr).toBe(0)
    const other = await engine.containers.inspect("by-hand")
    expect(other.tenant).toBe("operator")
    expect((await engine.containers.list({ tenant: "acme" })).map((container) => container.id)).toEqual([id])
    for (const container of [id, other.id]) await engine.containers.remove(container, { force: true })
    await engine.images.remove(committed.id, { force: true })
    await engine.tenants.remove("acme")
  })

  it("is measured from the kernel as its containers are processes of this host: memory by kind, counters of links", async () => {
    const { id } = await engine.containers.create({
      image,
      command: ["/bin/sh", "-c", "exec sleep 1000"],
      limits: { memoryMaxBytes: 64 << 20 },
    })
    await engine.containers.start(id)
    const stats = await engine.containers.stats(id)
    expect(stats.memory).toMatchObject({ maxBytes: 64 << 20, anonBytes: expect.any(Number), kernelBytes: expect.any(Number) })
    expect(stats.memory.chargedBytes).toBeGreaterThan(0)
    expect(stats.network?.receivedBytes).toBeGreaterThanOrEqual(0)
    expect((await engine.containers.inspect(id)).cgroupPath).toContain(id)
    await engine.containers.copyIn(id, "/tmp", streamOf(await makeTar([{ name: "x", data: "x" }])))
    expect((await engine.containers.listDirectory(id, "/tmp")).map((entry) => entry.name)).toEqual(["x"])
    await engine.containers.remove(id, { force: true })
  })
})
