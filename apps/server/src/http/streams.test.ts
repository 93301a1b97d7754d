import { PassThrough, Readable } from "node:stream"
import { EngineError, type ImageSummary } from "@plimsoll/runtime"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { type FakeEngine, fakeEngine, summaryOf } from "../testing/fake-engine.js"
import { localAuthorization, ORIGIN, startTestServer, type TestServer } from "../testing/test-server.js"

let engine: FakeEngine
let server: TestServer
let headers: Record<string, string>
beforeEach(async () => {
  engine = fakeEngine()
  engine.put(summaryOf("aaaa", { name: "web" }))
  server = await startTestServer({ openEngine: async () => engine })
  headers = { ...localAuthorization(server), origin: ORIGIN }
})
afterEach(() => server.remove())

describe("streams", () => {
  it("need a session, before a byte of the body is read", async () => {
    for (const [method, path] of [
      ["GET", "/api/containers/web/archive?path=/etc"],
      ["PUT", "/api/containers/web/archive?path=/etc"],
      ["GET", "/api/containers/web/logs"],
      ["POST", "/api/images/load"],
      ["POST", "/api/images/import?reference=a"],
      ["GET", "/api/images/save?reference=a"],
    ] as const) {
      const refused = await server.request(path, { method, headers: { origin: ORIGIN } })
      expect(refused.status, path).toBe(401)
      expect(refused.json()).toMatchObject({ error: { code: "permission_denied", publicMessage: "Sign in first." } })
    }
  })

  it("refuse other sites", async () => {
    expect(
      (await server.request("/api/images/load", { method: "POST", headers: { ...headers, origin: "http://evil.example" }, body: "x" }))
        .status,
    ).toBe(403)
  })

  it("bring files out of a container as a download", async () => {
    const answer = await server.request("/api/containers/web/archive?path=/etc/file", { headers })
    expect(answer.status).toBe(200)
    expect(answer.headers["content-type"]).toBe("application/x-tar")
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="file.tar"')
    expect(answer.body.toString()).toBe("bytes")
  })

  it("say in the contract's words what is wrong", async () => {
    const unknown = await server.request("/api/containers/gone/archive?path=/etc", { headers })
    expect(unknown.status).toBe(404)
    expect(unknown.json()).toMatchObject({
      error: { code: "not_found", publicMessage: "There is no container “gone”." },
      requestId: expect.any(String),
    })
    const relative = await server.request("/api/containers/web/archive?path=etc", { headers })
    expect(relative.status).toBe(400)
    expect(relative.json()).toMatchObject({ error: { code: "invalid_argument", publicMessage: "path: must be an absolute path." } })
    expect((await server.request("/api/containers/--x/logs", { headers })).status).toBe(400)
    expect((await server.request("/api/images/load", { method: "POST", headers })).status).toBe(400)
  })

  it("of images go to the host that is named, and to this machine when none is", async () => {
    const { images } = engine
    images.load = async () => [{ id: "loaded" } as ImageSummary]
    images.importRootfs = async (_, { reference }) => ({ id: "imported", references: [reference] }) as ImageSummary
    images.save = async () => Readable.from([Buffer.from("tar")])
    const send = (path: string) => server.request(path, { method: "POST", headers, body: "x" })
    expect((await send("/api/images/load")).json()).toEqual([{ id: "loaded", host: "local" }])
    expect((await send("/api/images/import?reference=a&host=local")).json()).toEqual({ id: "imported", references: ["a"], host: "local" })
    expect((await server.request("/api/images/save?reference=a&host=local", { headers })).body.toString()).toBe("tar")
    for (const host of ["gone", "..%2F"]) {
      const refused = [
        await send(`/api/images/load?host=${host}`),
        await send(`/api/images/import?reference=a&host=${host}`),
        await server.request(`/api/images/save?reference=a&host=${host}`, { headers }),
      ]
      expect(refused.map(({ status }) => status)).toEqual(Array.from({ length: 3 }, () => (host === "gone" ? 404 : 400)))
    }
  })

  it("never show an unexpected error", async () => {
    engine.containers.copyOut = () => Promise.reject(new Error("secret path /var/lib/x"))
    const answer = await server.request("/api/containers/web/archive?path=/etc", { headers })
    expect(answer.status).toBe(500)
    expect(answer.body.toString()).not.toContain("secret")
    expect(server.logLines.join("")).toContain("secret path")
  })

  it("download the log as text, filtered", async () => {
    for (const [index, text] of ["Hello", "error: x", "bye"].entries())
      engine.logLines.push({ stream: index === 1 ? "stderr" : "stdout", timestamp: index, data: Buffer.from(text), partial: false })
    const all = await server.request("/api/containers/web/logs?timestamps=false", { headers })
    expect(all.body.toString()).toBe("Hello\nerror: x\nbye\n")
    expect(all.headers["content-disposition"]).toBe('attachment; filename="web.log"')
    const found = await server.request("/api/containers/web/logs?search=ERROR", { headers })
    expect(found.body.toString()).toBe("1970-01-01T00:00:00.001Z stderr error: x\n")
  })

  it("keep the pieces of a long line together, and lines of two streams apart", async () => {
    const line = (stream: "stdout" | "stderr", text: string, partial: boolean) =>
      engine.logLines.push({ stream, timestamp: 0, data: Buffer.from(text), partial })
    line("stdout", "long ", true)
    line("stdout", "line", false)
    line("stdout", "prompt> ", true)
    line("stderr", "error", false)
    line("stdout", "done", false)
    const answer = await server.request("/api/containers/web/logs?timestamps=true", { headers })
    expect(answer.body.toString().replaceAll("1970-01-01T00:00:00.000Z", "T")).toBe(
      "T stdout long line\nT stdout prompt> \nT stderr error\nT stdout done\n",
    )
  })

  it("take a body of any size without holding it", async () => {
    let bytes = 0
    engine.images.load = async (archive) => {
      for await (const chunk of archive) bytes += (chunk as Buffer).length
      return []
    }
    const before = process.memoryUsage().rss
    const chunk = Buffer.alloc(1024 * 1024)
    const body = Readable.from(Array.from({ length: 256 }, () => chunk))
    expect(
      (await server.request("/api/images/load", { method: "POST", headers: { ...headers, "content-type": "application/x-tar" }, body }))
        .status,
    ).toBe(200)
    expect(bytes).toBe(256 * 1024 * 1024)
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024)
  })

  it("abort what runs for a client who leaves", async () => {
    let arrived: () => void = () => undefined
    const running = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const aborted = new Promise<boolean>((resolve) => {
      engine.images.load = (archive, options) => {
        archive.resume()
        arrived()
        return new Promise((_, reject) => {
          options?.signal?.addEventListener("abort", () => {
            resolve(true)
            reject(new EngineError("aborted"))
          })
        })
      }
    })
    const leave = new AbortController()
    const body = new PassThrough()
    body.write("some bytes")
    const request = server.request("/api/images/load", { method: "POST", headers, body, signal: leave.signal })
    await running
    leave.abort()
    await expect(request).rejects.toThrow("aborted")
    expect(await aborted).toBe(true)
  })
})

describe("health", () => {
  it("is asked without a session, and says what is missing", async () => {
    expect((await server.request("/healthz")).json()).toEqual({ status: "ok" })
    expect((await server.request("/readyz")).json()).toEqual({ status: "ok" })
  })

  it("without an engine: not healthy, but ready; procedures say why and what mends it", async () => {
    const broken = await startTestServer({
      openEngine: async () => fakeEngine({ status: "unavailable", reason: "crun is missing.", remedy: "apt-get install crun" }),
    })
    try {
      const health = await broken.request("/healthz")
      expect([health.status, health.json()]).toEqual([
        503,
        { status: "unavailable", missing: [{ name: "engine", reason: "crun is missing." }] },
      ])
      expect((await broken.request("/readyz")).status).toBe(200)
      const authorization = localAuthorization(broken)
      expect((await broken.query("host.info", undefined, authorization)).json()).toMatchObject({
        result: { data: { status: "unavailable", reason: "crun is missing.", remedy: "apt-get install crun" } },
      })
      const list = await broken.query("containers.list", undefined, authorization)
      expect(list.status).toBe(503)
      expect(list.json()).toMatchObject({
        error: { data: { engine: { code: "engine_unavailable", facts: { remedy: "apt-get install crun" } } } },
      })
      // The host's own figures do not need it.
      await vi.waitFor(async () => {
        const series = (
          await broken.query(
            "metrics.series",
            { scope: "host", metrics: ["memoryUsedBytes"], from: Date.now() - 60_000, to: Date.now() + 1000 },
            authorization,
          )
        ).json()
        expect(series).toMatchObject({ result: { data: { points: [{ values: [expect.any(Number)] }] } } })
      }, 4000)
      expect((await broken.query("events.list", { limit: 1 }, authorization)).status).toBe(200)
    } finally {
      await broken.remove()
    }
  })

  it("also when the engine cannot even be opened", async () => {
    const broken = await startTestServer({ openEngine: () => Promise.reject(new Error("no native library")) })
    try {
      expect((await broken.query("host.info", undefined, localAuthorization(broken))).json()).toMatchObject({
        result: { data: { status: "unavailable", reason: expect.stringContaining("no native library") } },
      })
    } finally {
      await broken.remove()
    }
  })
})
