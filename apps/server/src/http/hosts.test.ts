import { EngineError } from "@plimsoll/runtime"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { type FakeEngine, fakeEngine, summaryOf } from "../testing/fake-engine.js"
import { localAuthorization, startTestServer, type TestServer } from "../testing/test-server.js"

const there = "a".repeat(64)
const tls = { ca: "CA-SECRET", cert: "CERT-SECRET", key: "KEY-SECRET" }
const endpoint = { kind: "tcp", host: "dock.example", port: 2376, tls }
const ssh = { kind: "ssh", host: "dock.example", username: "ops", privateKey: "KEY-SECRET", passphrase: "PHRASE-SECRET" }

let far: FakeEngine
let server: TestServer
let headers: Record<string, string>

beforeEach(async () => {
  far = Object.assign(fakeEngine({ kind: "docker", hostname: "far" }), { kind: "docker" as const })
  far.put(summaryOf(there, { name: "web" }))
  server = await startTestServer({
    openEngine: async () => fakeEngine({ hostname: "here" }),
    openDockerEngine: async (asked) => {
      if (asked.kind === "ssh") throw new EngineError("engine_unavailable", { publicMessage: "It refuses the key." })
      return far
    },
  })
  headers = localAuthorization(server)
})
afterEach(() => server.remove())

const dataOf = (answer: { json(): unknown }) => (answer.json() as { result: { data: unknown } }).result.data

describe("hosts over HTTP", () => {
  it("take keys in and give them to nobody: not in an answer, a refusal, the list, or the log", async () => {
    const answers = [
      await server.mutate("hosts.test", { endpoint: ssh }, headers),
      await server.mutate("hosts.add", { name: "ssh", endpoint: ssh }, headers),
      await server.mutate("hosts.add", { name: "", endpoint }, headers),
      await server.mutate("hosts.add", { name: "far", endpoint: { ...endpoint, tls: { ...tls, password: "OTHER-SECRET" } } }, headers),
      await server.mutate("hosts.add", { name: "far", endpoint }, headers),
      await server.query("hosts.list", undefined, headers),
      await server.query("events.list", {}, headers),
    ]
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 400, 400, 200, 200, 200])
    expect(answers.map(({ body }) => body.toString()).join()).not.toMatch(/SECRET/)
    expect(server.logLines.join()).not.toMatch(/SECRET/)
  })

  it("have their containers, volumes and information behind the same procedures as this machine's", async () => {
    const { id } = dataOf(await server.mutate("hosts.add", { name: "far", endpoint }, headers)) as { id: string }
    expect(dataOf(await server.query("containers.inspect", { id: there }, headers))).toMatchObject({ id: there, host: id })
    expect(dataOf(await server.query("containers.list", {}, headers))).toMatchObject([{ id: there, host: id }])
    expect(dataOf(await server.query("containers.list", { host: "local" }, headers))).toEqual([])
    expect(dataOf(await server.query("host.info", undefined, headers))).toMatchObject({ hostname: "here", serverVersion: "0.0.0-test" })
    expect(dataOf(await server.query("host.info", { host: id }, headers))).toMatchObject({ hostname: "far" })
    expect((await server.query("host.info", { host: "nobody" }, headers)).status).toBe(404)
    expect((await server.query("volumes.list", { host: id }, headers)).status).toBe(200)
    expect(dataOf(await server.mutate("containers.bulk", { action: "stop", ids: [there, "nobody"] }, headers))).toEqual({
      done: [there],
      failed: [expect.objectContaining({ id: "nobody", code: "not_found" })],
    })
    far.logLines.push({ stream: "stdout", timestamp: 0, data: Buffer.from("from far away"), partial: false })
    expect((await server.request(`/api/containers/${there}/logs?timestamps=false`, { headers })).body.toString()).toBe("from far away\n")
    expect((await server.request(`/api/containers/${there}/archive?path=/file`, { headers })).status).toBe(200)
    await vi.waitFor(async () =>
      expect(dataOf(await server.query("events.list", { host: id, kinds: ["container"] }, headers))).toMatchObject({
        items: [
          { action: "stop", host: id },
          { action: "create", host: id },
        ],
      }),
    )
  })

  it("are for who is signed in", async () => {
    for (const path of ["hosts.list", "hosts.test", "hosts.add", "hosts.change", "hosts.remove"])
      expect((path === "hosts.list" ? await server.query(path) : await server.mutate(path, {})).status).toBe(401)
  })
})
