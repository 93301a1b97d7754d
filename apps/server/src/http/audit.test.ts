import { PassThrough, Readable } from "node:stream"
import { EngineError } from "@plimsoll/runtime"
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest"
import type { EventPage, EventRecord } from "../contract/events.js"
import { appRouter } from "../routers/app-router.js"
import type { Services } from "../services/services.js"
import type { SignedIn } from "../services/session/sessions.js"
import { type FakeEngine, fakeEngine, summaryOf } from "../testing/fake-engine.js"
import { everythingIn } from "../testing/temporary-database.js"
import { localAuthorization, ORIGIN, PASSWORD, startTestServer, type TestServer } from "../testing/test-server.js"

const ID = "a".repeat(64)

const engine: FakeEngine = fakeEngine()
const untouched = { containers: { ...engine.containers }, images: { ...engine.images } }
let server: TestServer
let cookie: string
let headers: Record<string, string>
/** Cursor of the newest event from before the test. */
let before: number

beforeAll(async () => {
  server = await startTestServer({ openEngine: async () => engine })
  cookie = await server.signIn()
  headers = { cookie, origin: ORIGIN, "x-forwarded-for": "192.0.2.7" }
  await place(ID, "web")
}, 60_000)
afterAll(() => server.remove())
beforeEach(async () => {
  Object.assign(engine.containers, untouched.containers)
  Object.assign(engine.images, untouched.images)
  before = (await list({ limit: 1 }))[0]?.cursor ?? 0
})

/** Makes a container and waits until it is listed: before that, nobody knows what its name stands for. */
async function place(id: string, name: string) {
  engine.put(summaryOf(id, { name, tenant: "acme" }))
  const containers = (await engine.containers.list()).length
  await vi.waitFor(
    async () => {
      const hosts = (await server.query("hosts.list", undefined, { cookie })).json() as { result: { data: { counts: object }[] } }
      expect(Object.values(hosts.result.data[0]?.counts ?? {}).reduce((sum: number, count: number) => sum + count, 0)).toBe(containers)
    },
    { timeout: 30_000 },
  )
}

async function list(filters: object): Promise<EventRecord[]> {
  const answer = await server.query("events.list", filters, { cookie })
  return (answer.json() as { result: { data: EventPage } }).result.data.items
}

/** Of this test, oldest first. */
const audits = () => list({ kinds: ["audit"], after: before, limit: 200 })
const briefly = (records: EventRecord[]) => records.map(({ action, id, audit }) => [action, id, audit?.result])

describe("a mutation", () => {
  it("leaves one record, which is there when it is answered", async () => {
    expect((await server.mutate("containers.stop", { id: "web", timeoutMs: 3 }, headers)).status).toBe(200)
    expect(await audits()).toMatchObject([
      {
        action: "containers.stop",
        id: ID,
        name: "web",
        tenant: "acme",
        attributes: { id: "web", timeoutMs: "3" },
        audit: { actor: { name: "operator", role: "operator", address: "192.0.2.7", lookingAs: null }, result: "done" },
      },
    ])
  })

  it("that is refused or fails says so, with code and wording; queries leave nothing", async () => {
    await server.mutate("containers.stop", { id: "nothing" }, headers)
    await server.mutate("containers.stop", { id: "web", timeoutMs: "long", password: "hunter2" }, headers)
    await server.mutate("containers.pause", { id: "web" }, headers)
    engine.containers.restart = () => Promise.reject(new Error("secret path /var/lib/x"))
    await server.mutate("containers.restart", { id: "web" }, headers)
    await server.query("containers.inspect", { id: "web" }, headers)
    const records = await audits()
    expect(records.map(({ action, audit, attributes }) => [action, audit?.result, attributes.errorCode])).toEqual([
      ["containers.stop", "refused", "not_found"],
      ["containers.stop", "refused", "invalid_argument"],
      ["containers.pause", "failed", "unsupported"],
      ["containers.restart", "failed", "internal"],
    ])
    expect(records[0]?.attributes.errorMessage).toBe("There is no container “nothing”.")
    expect(JSON.stringify(records)).not.toMatch(/hunter2|secret path/)
  })

  it("of a container that is removed still knows what it was", async () => {
    await place("b".repeat(64), "old")
    await server.mutate("containers.remove", { id: "old" }, headers)
    expect(await audits()).toMatchObject([{ id: "b".repeat(64), name: "old", tenant: "acme", audit: { result: "done" } }])
  })

  it("of many is one record with its counts", async () => {
    await server.mutate("containers.bulk", { action: "stop", ids: ["web", "gone"] }, headers)
    expect(await audits()).toMatchObject([
      { action: "containers.bulk", attributes: { action: "stop", ids: "web gone", done: "1", failed: "1", failedIds: "gone" } },
    ])
  })

  it("by a script of root on this host says so and has no address", async () => {
    await server.mutate("containers.stop", { id: "web" }, localAuthorization(server))
    expect(await audits()).toMatchObject([{ attributes: { via: "local-script" }, audit: { actor: { name: "operator", address: null } } }])
  })

  it("leaves no password in the database, also a wrong one", async () => {
    await server.mutate(
      "session.changePassword",
      { currentPassword: "wrong-vessel-granite-3", newPassword: "orbit-vessel-granite-4" },
      headers,
    )
    await server.mutate("session.changePassword", { currentPassword: PASSWORD, newPassword: "lantern-orbit-harbour-7" }, headers)
    expect(briefly(await audits())).toEqual([
      ["session.changePassword", "session", "refused"],
      ["session.changePassword", "session", "done"],
    ])
    const bytes = await everythingIn(server.databaseUrl)
    expect(bytes.includes("session.changePassword")).toBe(true)
    for (const password of ["wrong-vessel-granite-3", "orbit-vessel-granite-4", "lantern-orbit-harbour-7", PASSWORD])
      expect(bytes.includes(password)).toBe(false)
  })

  it("over the WebSocket is recorded as well", async () => {
    const socket = server.webSocket("/trpc", headers)
    await new Promise((resolve) => socket.once("open", resolve))
    const answered = new Promise((resolve) => socket.once("message", resolve))
    socket.send(JSON.stringify({ id: 1, jsonrpc: "2.0", method: "mutation", params: { path: "containers.stop", input: { id: "web" } } }))
    await answered
    socket.close()
    expect(await audits()).toMatchObject([{ action: "containers.stop", audit: { actor: { address: "192.0.2.7" }, result: "done" } }])
  })
})

describe("what the role refuses", () => {
  const viewer = { role: "viewer", tenant: "acme", username: "vic", sessionId: "s", lookingAs: null, token: null } as unknown as SignedIn

  it("is recorded when somebody is signed in, and not done", async () => {
    const record = vi.fn(async () => undefined)
    const stop = vi.spyOn(engine.containers, "stop")
    const services = { audit: { containersOf: async () => [], record }, engine: { get: () => engine } } as unknown as Services
    const callAs = (session: SignedIn | null) =>
      appRouter.createCaller({ requestId: "r", session, address: null, services, outbound: {} as never }).containers.stop({ id: "web" })
    await expect(callAs(viewer)).rejects.toMatchObject({ code: "FORBIDDEN" })
    const error = { code: "FORBIDDEN", message: "Your role does not allow this." }
    expect(record).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ operation: "containers.stop", session: viewer, input: { id: "web" }, result: "refused", error }),
    )
    await expect(callAs(null)).rejects.toMatchObject({ code: "UNAUTHORIZED" })
    expect(record).toHaveBeenCalledOnce()
    expect(stop).not.toHaveBeenCalled()
  })
})

describe("a stream", () => {
  it("that carries something in or out leaves a record; a log does not", async () => {
    engine.containers.copyIn = async (_id, _path, tar) => {
      for await (const _ of tar);
    }
    engine.images.save = async () => Readable.from([Buffer.from("tar")])
    await server.request(`/api/containers/web/archive?path=/etc`, { headers })
    await server.request(`/api/containers/web/archive?path=/etc`, { method: "PUT", headers, body: "x" })
    await server.request(`/api/images/load`, { method: "POST", headers, body: "x" })
    await server.request(`/api/images/save?reference=a:1`, { headers })
    await server.request(`/api/containers/web/logs`, { headers })
    const records = await audits()
    expect(briefly(records)).toEqual([
      ["http.containers.archive.read", ID, "done"],
      ["http.containers.archive.write", ID, "done"],
      ["http.images.load", "images", "done"],
      ["http.images.save", "a:1", "done"],
    ])
    expect(records[1]).toMatchObject({ attributes: { path: "/etc" }, tenant: "acme", audit: { actor: { address: "192.0.2.7" } } })
  })

  it("that is refused says why, and who is not signed in leaves nothing", async () => {
    await server.request(`/api/containers/gone/archive?path=/etc`, { headers })
    await server.request(`/api/containers/web/archive?path=etc`, { headers })
    await server.request(`/api/images/save?reference=a`, { headers })
    await server.request(`/api/images/load`, { method: "POST", headers: { origin: ORIGIN }, body: "x" })
    expect((await audits()).map(({ action, audit, attributes }) => [action, audit?.result, attributes.errorCode])).toEqual([
      ["http.containers.archive.read", "refused", "not_found"],
      ["http.containers.archive.read", "refused", "invalid_argument"],
      ["http.images.save", "failed", "unsupported"],
    ])
  })

  it("whose client leaves in the middle is recorded as failed", async () => {
    let arrived: () => void = () => undefined
    const running = new Promise<void>((resolve) => {
      arrived = resolve
    })
    engine.images.load = (archive, options) => {
      archive.resume()
      arrived()
      return new Promise((_, reject) => options?.signal?.addEventListener("abort", () => reject(new EngineError("aborted"))))
    }
    const leave = new AbortController()
    const body = new PassThrough()
    body.write("some bytes")
    const request = server.request("/api/images/load", { method: "POST", headers, body, signal: leave.signal })
    await running
    leave.abort()
    await expect(request).rejects.toThrow("aborted")
    await vi.waitFor(async () => {
      expect((await audits()).map(({ audit, attributes }) => [audit?.result, attributes.errorCode])).toEqual([["failed", "aborted"]])
    }, 15_000)
  })

  it("to a terminal is recorded with the session in the container, and a ticket that is not valid as refused", async () => {
    const exec = { id: "exec-1", stdin: new PassThrough(), stdout: new PassThrough(), exited: new Promise<never>(() => undefined) }
    engine.execs.set("exec-1", { ...exec, resize: async () => undefined, detach: () => undefined })
    const opened = await server.mutate("containers.openTerminal", { id: "web", columns: 80, rows: 24 }, headers)
    const { ticket } = (opened.json() as { result: { data: { ticket: string } } }).result.data
    for (const shown of [ticket, "wrong"]) {
      const socket = server.webSocket(`/ws/terminal?ticket=${shown}`, headers)
      await new Promise((resolve) => socket.once("message", resolve))
      socket.terminate()
    }
    const records = await audits()
    expect(briefly(records)).toEqual([
      ["containers.openTerminal", ID, "done"],
      ["http.terminal", "exec-1", "done"],
      ["http.terminal", "terminal", "refused"],
    ])
    expect(records[0]?.attributes.execId).toBe("exec-1")
    expect(records.every(({ audit }) => audit?.actor.address === "192.0.2.7")).toBe(true)
  })
})
