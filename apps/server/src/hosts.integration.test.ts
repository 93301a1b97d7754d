import { type ContainerEngine, createDockerEngine, createEngine, ensureStarterImage, purgeEngine } from "@plimsoll/runtime"
import { installed, type TestDaemon, testDockerd } from "@plimsoll/runtime/testing"
import { afterAll, beforeAll, describe, expect, it, onTestFailed, vi } from "vitest"
import type { ContainerInspect, ContainerRow, ContainersLiveMessage, EventPage, HostSummary, MetricSeries } from "./contract/index.js"
import { localAuthorization, messagesOf, startTestServer, type TestServer } from "./testing/test-server.js"

const busy = ["sh", "-c", "trap 'exit 0' TERM; while :; do i=0; while [ $i -lt 2000 ]; do i=$((i+1)); done; sleep 0.05 & wait $!; done"]
const patience = { timeout: 30_000, interval: 100 }

describe.skipIf(installed("dockerd") === undefined)("a Docker Engine as a second host (skipped where dockerd is not installed)", () => {
  let daemon: TestDaemon
  let server: TestServer
  let headers: Record<string, string>
  /** The rows of `containers.live`, as a browser keeps them. */
  const rows = new Map<string, ContainerRow>()
  let unfollow: () => void = () => undefined

  const query = <T = unknown>(path: string, input?: unknown) => unwrap<T>(server.query(path, input, headers))
  const mutate = <T = unknown>(path: string, input: unknown) => unwrap<T>(server.mutate(path, input, headers))
  const hostNamed = async (name: string) => (await query<HostSummary[]>("hosts.list")).find((host) => host.name === name)

  beforeAll(async () => {
    daemon = await testDockerd({ lasting: true })
    const docker = createDockerEngine({ endpoint: { kind: "unix", path: daemon.socket } })
    await ensureStarterImage(docker.images)
    await docker.close()
    server = await startTestServer({
      parent: "/var/tmp",
      openEngine: async ({ dataDirectory, runDirectory }) =>
        createEngine({ root: `${dataDirectory}/engine`, runDirectory: `${runDirectory}/engine` }),
      openDockerEngine: async (endpoint): Promise<ContainerEngine> => createDockerEngine({ endpoint }),
      makeStarterImage: (opened) => ensureStarterImage(opened.images),
    })
    headers = localAuthorization(server)
    await follow()
  })

  afterAll(async () => {
    unfollow()
    await server.stop()
    await purgeEngine({ root: `${server.dataDirectory}/engine`, runDirectory: `${server.runDirectory}/engine` })
    await server.remove()
    await daemon.dispose()
  })

  async function follow(): Promise<void> {
    unfollow()
    rows.clear()
    const socket = server.webSocket("/trpc", headers)
    unfollow = () => socket.terminate()
    const next = messagesOf(socket)
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject))
    socket.send(JSON.stringify({ id: 1, jsonrpc: "2.0", method: "subscription", params: { path: "containers.live" } }))
    const read = async () => {
      for (;;) {
        const { result } = JSON.parse((await next()).data.toString()) as { result?: { type: string; data?: ContainersLiveMessage } }
        if (result?.data !== undefined) apply(result.data)
      }
    }
    // Ends when the connection does.
    read().catch(() => undefined)
  }

  function apply(message: ContainersLiveMessage): void {
    if (message.type === "snapshot") for (const row of message.containers) rows.set(row.id, row)
    else {
      for (const id of message.removed) rows.delete(id)
      for (const row of message.upserted) rows.set(row.id, row)
      for (const { id, ...stats } of message.stats) {
        const row = rows.get(id)
        if (row !== undefined) rows.set(id, { ...row, stats })
      }
    }
  }

  async function run(host: string, name: string): Promise<string> {
    const spec = { host, name, image: "plimsoll/starter", command: busy, network: { kind: "none" }, restartPolicy: { kind: "always" } }
    const { id, host: where } = await mutate<ContainerInspect & { host: string }>("containers.create", spec)
    expect(where).toBe(host)
    await mutate("containers.start", { id })
    return id
  }

  /** Two different measurements, so that they are of now. */
  async function figuresMove(id: string): Promise<void> {
    const known = rows.get(id)?.stats?.at ?? 0
    await vi.waitFor(() => expect(rows.get(id)?.stats?.at ?? 0).toBeGreaterThan(known), patience)
    const first = rows.get(id)?.stats?.at ?? 0
    await vi.waitFor(() => {
      expect(rows.get(id)?.stats?.at ?? 0).toBeGreaterThan(first)
      expect(rows.get(id)?.stats?.cpuCores ?? 0).toBeGreaterThan(0)
    }, patience)
  }

  it("is seen beside this machine, goes grey when it stops, comes back by itself, and outlasts a restart of the server in between", async () => {
    onTestFailed(() => {
      for (const line of server.logLines.splice(0)) if (/"level":[456]0/.test(line)) console.error(line.slice(0, 2000))
    })
    const endpoint = { kind: "unix", path: daemon.socket }
    expect(await mutate("hosts.test", { endpoint })).toMatchObject({
      info: { kind: "docker", status: "available" },
      containers: 0,
      images: 1,
    })
    const added = await mutate<HostSummary>("hosts.add", { name: "dock", endpoint })
    expect(added).toMatchObject({ name: "dock", kind: "docker", endpoint: `unix://${daemon.socket}`, status: "connected" })
    await expect(mutate("hosts.add", { name: "again", endpoint })).rejects.toThrow(/already, as the host “dock”/)

    // The starter image is made after the start.
    await vi.waitFor(async () => expect(await query("images.list", { host: "local" })).not.toHaveLength(0), patience)
    const here = await run("local", "web")
    const there = await run(added.id, "web")
    await vi.waitFor(() => expect([rows.get(here)?.host, rows.get(there)?.host]).toEqual(["local", added.id]), patience)
    await Promise.all([figuresMove(here), figuresMove(there)])
    expect(await query("containers.inspect", { id: "web" })).toMatchObject({ id: here, host: "local" })
    expect(await query("containers.inspect", { id: there })).toMatchObject({ id: there, host: added.id })
    expect(await mutate("containers.bulk", { action: "restart", ids: [here, there], options: { timeoutMs: 0 } })).toEqual({
      done: expect.arrayContaining([here, there]),
      failed: [],
    })
    const eventsOf = async (host: string) =>
      (await query<EventPage>("events.list", { host })).items.map(({ kind, action, id }) => `${kind} ${action} ${id}`)
    await vi.waitFor(
      async () =>
        expect(await eventsOf(added.id)).toEqual(expect.arrayContaining([`container start ${there}`, `engine create ${added.id}`])),
      patience,
    )
    expect(await eventsOf("local")).toContain(`container start ${here}`)
    await vi.waitFor(async () => {
      const range = { from: Date.now() - 60_000, to: Date.now() + 1000 }
      const { points } = await query<MetricSeries>("metrics.series", {
        scope: "host",
        id: added.id,
        metrics: ["cpuCores", "load1"],
        ...range,
      })
      expect(points.some(({ values: [cpu, load] }) => (cpu ?? 0) > 0 && load === null)).toBe(true)
    }, patience)

    await daemon.stop()
    await vi.waitFor(
      async () => expect(await hostNamed("dock")).toMatchObject({ status: "away", info: { kind: "docker", status: "available" } }),
      patience,
    )
    expect((await hostNamed("dock"))?.reason).toContain(daemon.socket)
    await vi.waitFor(() => expect(rows.get(there)).toMatchObject({ name: "web", host: added.id, stats: null }), patience)
    await expect(mutate("containers.start", { id: there })).rejects.toThrow(/"engine_unavailable"/)
    await figuresMove(here)
    await vi.waitFor(async () => expect(await eventsOf(added.id)).toContain(`engine health ${added.id}`), patience)

    await server.restart()
    headers = localAuthorization(server)
    expect(await hostNamed("dock")).toMatchObject({ status: "away", info: { kind: "docker" }, seenAt: expect.any(Number) })
    await follow()
    await vi.waitFor(() => expect(rows.get(there)).toMatchObject({ name: "web", host: added.id, stats: null }), patience)
    await daemon.start()
    await vi.waitFor(async () => expect(await hostNamed("dock")).toMatchObject({ status: "connected" }), patience)
    await vi.waitFor(() => expect(rows.get(there)).toMatchObject({ name: "web", host: added.id, state: { status: "running" } }), patience)
    await figuresMove(there)
    const health = (await query<EventPage>("events.list", { host: added.id, actions: ["health"] })).items
    expect(health.map(({ attributes }) => attributes.healthStatus)).toEqual(["healthy", "unhealthy"])
    const all = (await query<EventPage>("events.list", { host: added.id, limit: 200 })).items
    const starts = all.filter(({ action, id }) => action === "create" && id === there)
    expect(starts).toHaveLength(1)

    await mutate("containers.remove", { id: there, force: true })
    await vi.waitFor(() => expect(rows.has(there)).toBe(false), patience)
    await mutate("hosts.remove", { host: added.id })
    expect(await hostNamed("dock")).toBeUndefined()
    await mutate("containers.remove", { id: here, force: true })
    expect(await eventsOf(added.id)).toContain(`container remove ${there}`)
  })
})

async function unwrap<T>(pending: ReturnType<TestServer["request"]>): Promise<T> {
  const body = (await pending).json() as { result?: { data?: T }; error?: { message: string; data: { engine: unknown } } }
  if (body.result === undefined) throw new Error(`${body.error?.message} ${JSON.stringify(body.error?.data.engine)}`)
  return body.result.data as T
}
