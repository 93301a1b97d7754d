import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { WebSocket } from "ws"
import { type FakeEngine, fakeEngine, statsOf, summaryOf } from "../testing/fake-engine.js"
import { messagesOf, startTestServer, type TestServer } from "../testing/test-server.js"

let engine: FakeEngine
let server: TestServer
let cookie: string
const sockets: WebSocket[] = []

beforeEach(async () => {
  engine = fakeEngine()
  server = await startTestServer({ openEngine: async () => engine })
  cookie = await server.signIn()
})
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate()
  await server.remove()
})

interface Reply {
  id: number | null
  result?: { type: string; id?: string; data?: { id?: string; data?: unknown; type?: string } & Record<string, unknown> }
  error?: { data: { code: string; engine: { code: string } | null } }
  method?: string
}

async function connect() {
  const socket = server.webSocket("/trpc", { cookie })
  sockets.push(socket)
  const next = messagesOf(socket)
  await new Promise((resolve) => socket.once("open", resolve))
  const send = (id: number, method: string, path?: string, input?: unknown, extra: object = {}) =>
    socket.send(JSON.stringify({ id, jsonrpc: "2.0", method, params: { path, input, ...extra } }))
  /** The next reply with data to this request. */
  const reply = async (id: number, started = false): Promise<Reply> => {
    for (;;) {
      const message = (await next()).data.toString()
      if (message === "PING") socket.send("PONG")
      else {
        const parsed = JSON.parse(message) as Reply
        if (parsed.id === id && (parsed.result?.type === "started") === started) return parsed
      }
    }
  }
  return { socket, send, reply }
}

describe("one WebSocket", () => {
  it("carries calls and several subscriptions at once", async () => {
    engine.put(summaryOf("aaaa"))
    engine.stats.set("aaaa", statsOf("aaaa", 1000, 0))
    const { send, reply } = await connect()
    send(1, "subscription", "containers.live")
    expect((await reply(1)).result?.data).toMatchObject({ type: "snapshot" })
    send(2, "query", "session.me")
    expect((await reply(2)).result?.data).toMatchObject({ username: "operator" })
    send(3, "subscription", "host.live")
    let host: Record<string, unknown> | undefined
    do host = (await reply(3)).result?.data
    while ((host?.top as { memory: unknown[] } | undefined)?.memory.length !== 1)
    expect(host).toMatchObject({ counts: { running: 1 }, memory: { totalBytes: expect.any(Number) }, top: { memory: [{ id: "aaaa" }] } })
    expect((await reply(1)).result?.data).toMatchObject({ type: "delta" })
  })

  it("resumes events after the cursor that the client saw last", async () => {
    const first = await connect()
    const kinds = ["container"]
    first.send(1, "subscription", "events.stream", { after: 0, kinds })
    engine.put(summaryOf("aaaa"))
    engine.emit({ action: "start", id: "aaaa" })
    const { result } = await first.reply(1)
    expect(result).toMatchObject({ data: { id: result?.id, data: { action: "create", id: "aaaa" } } })
    first.socket.terminate()
    engine.emit({ action: "oom", id: "aaaa" })
    const second = await connect()
    second.send(1, "subscription", "events.stream", { kinds }, { lastEventId: result?.id })
    const next = Number(result?.id) + 1
    expect((await second.reply(1)).result).toMatchObject({ id: String(next), data: { data: { action: "start" } } })
    expect((await second.reply(1)).result).toMatchObject({ id: String(next + 1), data: { data: { action: "oom" } } })
  })

  it("ends a subscription on stop and frees what it held", async () => {
    const { send, reply } = await connect()
    // One more than the connection has places, one after the other.
    for (let id = 1; id <= 70; id++) {
      send(id, "subscription", "events.stream", { after: 0, kinds: ["container"] })
      await reply(id, true)
      send(id, "subscription.stop")
      expect((await reply(id)).result?.type).toBe("stopped")
    }
  })

  it("refuses more subscriptions than any page needs", async () => {
    const { send, reply } = await connect()
    for (let id = 1; id <= 65; id++) send(id, "subscription", "events.stream", { after: 0 })
    expect((await reply(65)).error?.data.code).toBe("TOO_MANY_REQUESTS")
  })

  it("brings the log in batches and says when it is over", async () => {
    engine.put(summaryOf("aaaa"))
    for (let index = 0; index < 1200; index++)
      engine.logLines.push({ stream: "stdout", timestamp: index, data: Buffer.from(`line ${index}`), partial: false })
    const { send, reply } = await connect()
    send(1, "subscription", "containers.logs", { id: "aaaa", tail: 5000 })
    const lines: unknown[] = []
    for (;;) {
      const { result } = await reply(1)
      if (result?.type === "stopped") break
      lines.push(...((result?.data?.lines ?? []) as unknown[]))
    }
    expect(lines).toHaveLength(1200)
    expect(lines[7]).toEqual({ stream: "stdout", timestamp: 7, text: "line 7", partial: false })
  })

  it("answers errors of a subscription as those of a call", async () => {
    const { send, reply } = await connect()
    send(1, "subscription", "containers.logs", { id: "gone" })
    expect((await reply(1)).error?.data.engine).toMatchObject({ code: "not_found" })
    send(2, "subscription", "containers.stats", { id: "--x" })
    expect((await reply(2)).error?.data.engine).toMatchObject({ code: "invalid_argument" })
    send(3, "subscription", "nothing.here")
    expect((await reply(3)).error?.data.code).toBe("NOT_FOUND")
  })

  it("survives frames that are no tRPC, and is cut for one above a megabyte", async () => {
    const { socket, send, reply } = await connect()
    for (const junk of ["{", "[]", "null", '{"id":1}', '{"id":1,"method":"query","params":{"path":"__proto__.x"}}', "\u0000"])
      socket.send(junk)
    send(9, "query", "session.me")
    expect((await reply(9)).result?.data).toMatchObject({ username: "operator" })
    const closed = new Promise<number>((resolve) => socket.once("close", resolve))
    socket.send("x".repeat(1024 * 1024 + 1))
    expect(await closed).toBe(1009)
  })

  it("is told to come back when the server stops, and the server stops soon", async () => {
    const { socket, send, reply } = await connect()
    send(1, "subscription", "containers.live")
    await reply(1)
    const closed = new Promise<number>((resolve) => socket.once("close", resolve))
    const started = performance.now()
    await server.stop()
    expect(await closed).toBe(1012)
    expect(performance.now() - started).toBeLessThan(4000)
  })
})

describe("a reader who does not read", () => {
  it("costs bounded memory: hours of deltas wait as one", async () => {
    const { socket, send, reply } = await connect()
    send(1, "subscription", "containers.live")
    await reply(1)
    socket.pause()
    const big = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`label-${index}`, "x".repeat(1000)]))
    const before = process.memoryUsage().rss
    for (let round = 0; round < 400; round++) {
      engine.put(summaryOf("aaaa", { labels: big, restartCount: round }), "update")
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    // 80 MB of rows were made; what waits is what the socket's buffers hold and one merged delta.
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
    socket.resume()
    for (;;) {
      const { result } = await reply(1)
      const rows = (result?.data?.upserted ?? []) as { restartCount: number }[]
      if (rows.some(({ restartCount }) => restartCount === 399)) break
    }
  })
})

describe("elsewhere than on a WebSocket", () => {
  it("a subscription is refused and ends at once, since nothing would cut it with its session", async () => {
    const answer = await server.query("containers.live", undefined, { cookie })
    expect(answer.body.toString()).toContain("Subscriptions come over the WebSocket")
    expect(answer.body.toString()).not.toContain("snapshot")
  })
})
