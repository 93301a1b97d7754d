import { type ContainerEngine, createEngine, ensureStarterImage, purgeEngine } from "@plimsoll/runtime"
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from "vitest"
import { WebSocket } from "ws"
import type {
  BulkResult,
  ContainerInspect,
  ContainerRow,
  EventPage,
  FilesystemChange,
  MetricSeries,
  NamespaceReport,
  PathStat,
  ProcessInfo,
} from "./contract/index.js"
import { localAuthorization, messagesOf, ORIGIN, startTestServer, type TestServer } from "./testing/test-server.js"

/** The whole server over the real embedded engine: what the console does, without the browser. */
let server: TestServer
let engine: ContainerEngine | undefined
let headers: Record<string, string>

beforeAll(async () => {
  server = await startTestServer({
    parent: "/var/tmp",
    openEngine: async ({ dataDirectory, runDirectory }) => {
      engine = await createEngine({ root: `${dataDirectory}/engine`, runDirectory: `${runDirectory}/engine` })
      return engine
    },
    makeStarterImage: (opened) => ensureStarterImage(opened.images),
  })
  headers = localAuthorization(server)
  await vi.waitFor(async () => expect(await query("images.list")).toHaveLength(1), { timeout: 20_000, interval: 100 })
})

beforeEach(() => {
  onTestFailed(() => {
    for (const line of server.logLines.splice(0)) if (/"level":[456]0/.test(line)) console.error(line.slice(0, 2000))
  })
})

afterAll(async () => {
  await server.stop()
  await purgeEngine({ root: `${server.dataDirectory}/engine`, runDirectory: `${server.runDirectory}/engine` })
  await server.remove()
})

async function unwrap<T>(pending: ReturnType<TestServer["request"]>): Promise<T> {
  const body = (await pending).json() as { result?: { data?: T }; error?: { data: { engine: unknown } } }
  if (body.result === undefined) throw Object.assign(new Error(JSON.stringify(body.error)), { engine: body.error?.data.engine })
  return body.result.data as T
}
const query = <T = unknown>(path: string, input?: unknown) => unwrap<T>(server.query(path, input, headers))
const mutate = <T = unknown>(path: string, input: unknown) => unwrap<T>(server.mutate(path, input, headers))
const state = async (id: string) => (await query<ContainerInspect>("containers.inspect", { id })).state

async function run(name: string, script: string, spec: object = {}): Promise<string> {
  const { id } = await mutate<ContainerInspect>("containers.create", {
    name,
    image: "plimsoll/starter",
    command: ["sh", "-c", script],
    network: { kind: "none" },
    ...spec,
  })
  await mutate("containers.start", { id })
  return id
}

/** Data of one subscription, one after the other. */
async function subscribe(path: string, input?: unknown) {
  const socket = server.webSocket("/trpc", headers)
  const next = messagesOf(socket)
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject))
  socket.send(JSON.stringify({ id: 1, jsonrpc: "2.0", method: "subscription", params: { path, input } }))
  return {
    close: () => socket.terminate(),
    async next<T>(): Promise<T> {
      for (;;) {
        const message = JSON.parse((await next()).data.toString()) as { result?: { type: string; data?: T }; error?: unknown }
        if (message.error !== undefined) throw new Error(JSON.stringify(message.error))
        if (message.result?.type === "data") return message.result.data as T
      }
    },
  }
}

describe("the console's server on this kernel", () => {
  it("lowers a container's CPU while it burns, and the figures follow", async () => {
    const id = await run("burner", "while :; do :; done", { limits: { cpuMaxCores: 0.5, memoryMaxBytes: 64 * 1024 * 1024 } })
    const live = await subscribe("containers.live")
    const cpu = new Map<string, number | null>()
    const until = async (wanted: (cores: number) => boolean) => {
      for (;;) {
        const message = await live.next<{
          containers?: ContainerRow[]
          upserted?: ContainerRow[]
          stats?: { id: string; cpuCores: number | null }[]
        }>()
        for (const row of [...(message.containers ?? []), ...(message.upserted ?? [])]) cpu.set(row.id, row.stats?.cpuCores ?? null)
        for (const entry of message.stats ?? []) cpu.set(entry.id, entry.cpuCores)
        const cores = cpu.get(id)
        if (cores !== null && cores !== undefined && wanted(cores)) return cores
      }
    }
    expect(await until((cores) => cores > 0.25)).toBeLessThan(0.75)
    await mutate("containers.update", { id, limits: { cpuMaxCores: 0.1 } })
    expect(await until((cores) => cores < 0.2)).toBeGreaterThan(0)
    live.close()
    await vi.waitFor(
      async () => {
        const now = Date.now()
        const metrics = ["cpuCores", "memoryLimitBytes", "cpuLimitCores"]
        const series = await query<MetricSeries>("metrics.series", {
          scope: "container",
          id: "burner",
          metrics,
          from: now - 60_000,
          to: now,
        })
        expect(series.source).toBe("ring")
        expect(Math.max(...series.points.map(({ values }) => values[0] ?? 0))).toBeGreaterThan(0.25)
        expect(series.points.at(-1)?.values.slice(1)).toEqual([64 * 1024 * 1024, expect.closeTo(0.1)])
      },
      { timeout: 5000, interval: 200 },
    )
    await mutate("containers.remove", { id, force: true })
  })

  it("records a kill by the memory limit as an event, and says so in the state", async () => {
    const id = await run("eater", "x=a; while :; do x=$x$x; done", { limits: { memoryMaxBytes: 16 * 1024 * 1024 } })
    await vi.waitFor(async () => expect(await state(id)).toMatchObject({ status: "exited", oomKilled: true }), {
      timeout: 30_000,
      interval: 200,
    })
    await vi.waitFor(async () => {
      const { items } = await query<EventPage>("events.list", { objectId: id })
      expect(items.map(({ action }) => action)).toEqual(expect.arrayContaining(["create", "start", "oom", "exit"]))
    })
    await mutate("containers.remove", { id })
  })

  it("opens a shell that survives the connection and a restart of the server", async () => {
    const id = await run("host", "sleep 1000")
    const { execId, ticket } = await mutate<{ execId: string; ticket: string }>("containers.openTerminal", { id, columns: 80, rows: 24 })
    const first = await terminal(ticket)
    first.type("echo $((6*7)); stty size\n")
    await first.shows("\r\n42\r\n24 80\r\n")
    first.type("marker=kept\n")
    first.socket.terminate()
    const second = await terminal((await mutate<{ ticket: string }>("containers.rejoinTerminal", { execId })).ticket)
    await second.shows("42")
    second.socket.send(JSON.stringify({ type: "resize", columns: 120, rows: 40 }))
    second.type("stty size\n")
    await second.shows("40 120\r\n")
    second.socket.terminate()
    await server.restart()
    headers = localAuthorization(server)
    const third = await terminal((await mutate<{ ticket: string }>("containers.rejoinTerminal", { execId })).ticket)
    third.type("echo $marker-again\n")
    await third.shows("\r\nkept-again\r\n")
    third.type("exit 7\n")
    expect(await third.exited).toBe(7)
    await mutate("containers.remove", { id, force: true })
  })

  it("keeps containers and their events through a restart of the server", async () => {
    const id = await run("short", "sleep 1; exit 5")
    await server.restart()
    headers = localAuthorization(server)
    await vi.waitFor(async () => expect(await state(id)).toMatchObject({ status: "exited", exitCode: 5 }), {
      timeout: 20_000,
      interval: 100,
    })
    await vi.waitFor(async () => {
      const { items } = await query<EventPage>("events.list", { objectId: id, actions: ["exit"] })
      expect(items.map(({ attributes }) => attributes.exitCode)).toEqual(["5"])
    })
    await mutate("containers.remove", { id })
  })

  it("follows a log and downloads it", async () => {
    const id = await run("talker", "echo out; echo err >&2; i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); done; sleep 1000")
    const log = await subscribe("containers.logs", { id, follow: true })
    const lines: { stream: string; text: string }[] = []
    while (lines.length < 2002) lines.push(...(await log.next<{ lines: { stream: string; text: string }[] }>()).lines)
    log.close()
    expect(lines.filter(({ stream }) => stream === "stderr").map(({ text }) => text)).toEqual(["err"])
    expect(lines.filter(({ text }) => text.startsWith("line ")).map(({ text }) => text)).toEqual(
      Array.from({ length: 2000 }, (_, index) => `line ${index}`),
    )
    const download = await server.request(`/api/containers/${id}/logs?timestamps=false&stderr=false&tail=3`, { headers })
    expect(download.body.toString()).toBe("line 1997\nline 1998\nline 1999\n")
    await mutate("containers.remove", { id, force: true })
  })

  it("shows what the kernel has: processes, files, changes, namespaces, cgroups", async () => {
    const id = await run("shown", "echo x > /root/new; sleep 1000")
    await vi.waitFor(async () =>
      expect(await query<FilesystemChange[]>("containers.diff", { id })).toContainEqual({ path: "/root/new", kind: "added" }),
    )
    expect((await query<ProcessInfo[]>("containers.top", { id })).some(({ command }) => command.includes("sleep 1000"))).toBe(true)
    expect((await query<PathStat[]>("containers.files", { id, path: "/root" })).map(({ name }) => name)).toContain("new")
    expect((await query<NamespaceReport>("containers.namespaces", { id })).namespaces.length).toBeGreaterThanOrEqual(7)
    expect(await query<unknown[]>("containers.cgroupTree", { id })).not.toHaveLength(0)
    await mutate("containers.remove", { id, force: true })
  })

  it("copies files in and out, and an image out and in again", async () => {
    const id = await run("files", "echo content > /root/a; sleep 1000")
    await vi.waitFor(async () =>
      expect((await query<PathStat[]>("containers.files", { id, path: "/root" })).map(({ name }) => name)).toContain("a"),
    )
    const tar = await server.request(`/api/containers/${id}/archive?path=/root/a`, { headers })
    expect(tar.body.toString()).toContain("content\n")
    const put = await server.request(`/api/containers/${id}/archive?path=/home`, {
      method: "PUT",
      headers: { ...headers, origin: ORIGIN },
      body: tar.body,
    })
    expect(put.status).toBe(204)
    expect((await query<PathStat[]>("containers.files", { id, path: "/home" })).map(({ name }) => name)).toContain("a")
    await mutate("containers.remove", { id, force: true })
    const saved = await server.request("/api/images/save?reference=plimsoll/starter&format=docker", { headers })
    expect(saved.status).toBe(200)
    const loaded = await server.request("/api/images/load", { method: "POST", headers: { ...headers, origin: ORIGIN }, body: saved.body })
    expect(loaded.json()).toMatchObject([{ references: ["docker.io/plimsoll/starter:latest"] }])
    const cut = await server.request("/api/images/load", {
      method: "POST",
      headers: { ...headers, origin: ORIGIN },
      body: saved.body.subarray(0, saved.body.length / 2),
    })
    expect([cut.status, cut.json()]).toMatchObject([422, { error: { code: "archive_invalid" } }])
  })

  it("does a bulk action with a result for each", async () => {
    const ids = [await run("bulk-1", "sleep 1000"), await run("bulk-2", "sleep 1000")]
    const result = await mutate<BulkResult>("containers.bulk", { action: "remove", ids: [...ids, "nobody"], options: { force: true } })
    expect(result.done.sort()).toEqual(ids.sort())
    expect(result.failed).toMatchObject([{ id: "nobody", code: "not_found" }])
  })

  it.each([
    ["an unknown image", { image: "nowhere/nothing:1" }, "image_not_found"],
    ["a malformed reference", { image: "UPPER CASE" }, "invalid_argument"],
    ["a limit that is below what can run", { image: "plimsoll/starter", limits: { memoryMaxBytes: 1024 } }, "invalid_argument"],
  ])("refuses %s with what is wrong, and nothing is left", async (_, spec, code) => {
    const before = await query<unknown[]>("containers.list")
    await expect(mutate("containers.create", spec)).rejects.toMatchObject({ engine: { code, publicMessage: expect.any(String) } })
    expect(await query<unknown[]>("containers.list")).toEqual(before)
  })

  it("refuses a name and a port that are taken", async () => {
    const id = await run("taken", "sleep 1000", {
      network: { kind: "network", network: "bridge" },
      ports: [{ containerPort: 80, protocol: "tcp", hostPort: 38_123, hostAddress: "127.0.0.1" }],
    })
    await expect(run("taken", "true")).rejects.toMatchObject({ engine: { code: "name_in_use" } })
    await expect(
      run("other", "true", {
        network: { kind: "network", network: "bridge" },
        ports: [{ containerPort: 80, protocol: "tcp", hostPort: 38_123, hostAddress: "127.0.0.1" }],
      }),
    ).rejects.toMatchObject({ engine: { code: "port_in_use" } })
    await mutate<BulkResult>("containers.bulk", { action: "remove", ids: [id, "other"], options: { force: true } })
  })
})

async function terminal(ticket: string) {
  const socket = server.webSocket(`/ws/terminal?ticket=${ticket}`, headers)
  let screen = ""
  let exit: (code: number) => void = () => undefined
  const exited = new Promise<number>((resolve) => {
    exit = resolve
  })
  socket.on("message", (data: Buffer, isBinary) => {
    if (isBinary) screen += data.toString()
    else {
      const frame = JSON.parse(data.toString()) as { type: string; exitCode: number }
      if (frame.type === "exit") exit(frame.exitCode)
    }
  })
  await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject))
  return {
    socket,
    exited,
    type: (text: string) => socket.readyState === WebSocket.OPEN && socket.send(Buffer.from(text)),
    shows: (text: string) => vi.waitFor(() => expect(screen).toContain(text), { timeout: 10_000, interval: 20 }),
  }
}
