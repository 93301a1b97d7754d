import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { type LoopbackRegistry, startLoopbackRegistry } from "../conformance/loopback-registry.js"
import type { RegistrySettings } from "../spec/registry.js"
import { openRegistryReader, type RegistryOptions } from "./registry-reader.js"
import { instantClock, memorySink } from "./testing/memory-sink.js"

const credentials = { username: "ada", password: "secret" }
const basic = `Basic ${Buffer.from("ada:secret").toString("base64")}`
const large = Buffer.alloc(300_000, "plimsoll ")

let registry: LoopbackRegistry
let other: LoopbackRegistry
beforeEach(async () => {
  registry = await startLoopbackRegistry()
  other = await startLoopbackRegistry()
})
afterEach(async () => {
  await registry.close()
  await other.close()
})

function open(options: Partial<RegistryOptions> & { settings?: RegistrySettings; domain?: string } = {}) {
  const { domain = registry.host, ...rest } = options
  return openRegistryReader({ domain, path: "team/app" }, { settings: {}, clock: instantClock(), random: () => 0.5, ...rest })
}

async function readManifest(options: Parameters<typeof open>[0] = {}, wanted = "1") {
  const reader = open(options)
  try {
    return await reader.readManifest(wanted, {})
  } finally {
    await reader.close()
  }
}

async function download(data: Buffer, options: Parameters<typeof open>[0] & { signal?: AbortSignal } = {}, sizeBytes = data.length) {
  const { digest } = registry.addBlob(data)
  const { signal, ...rest } = options
  const reader = open(rest)
  const sink = memorySink(digest)
  try {
    await reader.downloadBlob({ digest, sizeBytes }, sink, signal === undefined ? {} : { signal })
    return sink.content()
  } finally {
    await reader.close()
  }
}

const manifest = { schemaVersion: 2, config: {}, layers: [] }

describe("manifests", () => {
  test("are had by tag and by digest, with the type that the answer states", async () => {
    const digest = registry.addManifest("team/app", "1", manifest)
    for (const wanted of ["1", digest]) {
      const read = await readManifest({}, wanted)
      expect(read).toMatchObject({ digest, mediaType: "application/vnd.oci.image.manifest.v1+json" })
      expect(JSON.parse(read.bytes.toString())).toEqual(manifest)
    }
  })

  test("one that is not there is image_not_found, and says where", async () => {
    await expect(readManifest()).rejects.toMatchObject({ code: "image_not_found", publicMessage: expect.stringContaining("team/app:1") })
  })

  test("one that is not what its digest says is digest_mismatch", async () => {
    const wanted = registry.addManifest("team/app", "1", manifest)
    registry.manifests.set(`team/app@${wanted}`, { bytes: Buffer.from("{}"), mediaType: "application/json" })
    await expect(readManifest({}, wanted)).rejects.toMatchObject({ code: "digest_mismatch" })
  })

  test("one of 5 MB is refused while it comes", async () => {
    registry.addManifest("team/app", "1", Buffer.alloc(5_000_000, " "))
    await expect(readManifest()).rejects.toMatchObject({ code: "registry_invalid" })
  })
})

describe("credentials", () => {
  const wantsBasic = () => {
    registry.intercept = (request, response) => {
      if (request.headers.authorization === basic) return false
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end()
      return true
    }
  }
  /** `other` is its token service. */
  const wantsToken = (options: { realm?: string; answer?: unknown } = {}) => {
    let tokens = 0
    registry.intercept = (request, response) => {
      if (request.headers.authorization === `Bearer t${tokens}`) return false
      response
        .writeHead(401, { "www-authenticate": `Bearer realm="${options.realm ?? `http://${other.host}/token`}",service="fake"` })
        .end()
      return true
    }
    other.intercept = (_request, response) => {
      response.writeHead(200).end(JSON.stringify(options.answer ?? { token: `t${++tokens}`, expires_in: 300 }))
      return true
    }
  }

  test("basic: sent when asked for, not before", async () => {
    wantsBasic()
    registry.addManifest("team/app", "1", manifest)
    await readManifest({ credentials })
    expect(registry.seen.map(({ authorization }) => authorization)).toEqual([undefined, basic])
  })

  test("without them, or with wrong ones, it is registry_refused", async () => {
    wantsBasic()
    await expect(readManifest()).rejects.toMatchObject({ code: "registry_refused", publicMessage: expect.stringContaining("user name") })
    await expect(readManifest({ credentials: { ...credentials, password: "no" } })).rejects.toMatchObject({ code: "registry_refused" })
  })

  test("a token is asked for once for all requests of a scope, with what the challenge says", async () => {
    wantsToken()
    registry.addManifest("team/app", "1", manifest)
    const reader = open({ credentials })
    await reader.readManifest("1", {})
    await reader.readManifest("1", {})
    await reader.close()
    expect(other.seen).toHaveLength(1)
    expect(other.seen[0]).toMatchObject({ authorization: basic })
    const asked = new URL(other.seen[0]?.url ?? "", "http://x").searchParams
    expect(Object.fromEntries(asked)).toEqual({ service: "fake", scope: "repository:team/app:pull", account: "ada" })
    expect(registry.seen.map(({ authorization }) => authorization)).toEqual([undefined, "Bearer t1", "Bearer t1"])
  })

  test("nobody's name is needed for a token that anybody gets", async () => {
    wantsToken()
    registry.addManifest("team/app", "1", manifest)
    await readManifest()
    expect(other.seen[0]?.authorization).toBeUndefined()
  })

  test.each([
    ["no token", {}],
    ["a token that would end the header", { token: "a\r\nx: y" }],
    ["2 MB of token", { token: "a".repeat(2_000_000) }],
    ["a list", []],
  ])("a token service that answers %s is refused", async (_what, answer) => {
    wantsToken({ answer })
    await expect(readManifest()).rejects.toMatchObject({ code: "registry_invalid" })
  })

  test.each(["http://169.254.169.254/token", "file:///etc/passwd", "nonsense"])("%s is no token service", async (realm) => {
    wantsToken({ realm })
    await expect(readManifest({ credentials })).rejects.toMatchObject({ code: "registry_invalid" })
  })

  test("are not sent on when the registry or its token service redirects elsewhere", async () => {
    wantsToken()
    const token = other.intercept
    const third = await startLoopbackRegistry()
    third.intercept = token
    other.intercept = (_request, response) => {
      response.writeHead(307, { location: `http://${third.host}/token` }).end()
      return true
    }
    const { digest } = registry.addBlob(large)
    third.blobs.set(digest, large)
    const reader = open({ credentials })
    const answered = registry.intercept
    registry.intercept = async (request, response) => {
      if (await answered(request, response)) return true
      response.writeHead(307, { location: `http://${third.host}${request.url}?signature=x` }).end()
      return true
    }
    third.intercept = (request, response) => (request.url?.startsWith("/token") === true ? token(request, response) : false)
    await reader.downloadBlob({ digest, sizeBytes: large.length }, memorySink(digest), {})
    await reader.close()
    expect(other.seen[0]?.authorization).toBe(basic)
    expect(third.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined])
    await third.close()
  })

  test("are the registry's: a mirror gets none", async () => {
    wantsBasic()
    other.intercept = (_request, response) => {
      response.writeHead(401, { "www-authenticate": "Basic" }).end()
      return true
    }
    registry.addManifest("team/app", "1", manifest)
    await readManifest({ credentials, settings: { mirrors: { [registry.host]: [`http://${other.host}`] } } })
    expect(other.seen.map(({ authorization }) => authorization)).toEqual([undefined])
  })
})

describe("redirects", () => {
  const redirectTo = (location: string) => {
    registry.intercept = (_request, response) => {
      response.writeHead(307, { location }).end()
      return true
    }
  }

  test.each([
    "http://169.254.169.254/latest/meta-data",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "ftp://a/",
    "http://0.0.0.0/",
    "http://",
  ])("to %s are not followed", async (location) => {
    redirectTo(location)
    await expect(readManifest()).rejects.toMatchObject({ code: "registry_invalid" })
  })

  test("in a circle end", async () => {
    redirectTo("/v2/again")
    await expect(readManifest()).rejects.toMatchObject({ code: "registry_invalid", publicMessage: expect.stringContaining("redirects") })
    expect(registry.seen.length).toBeLessThan(10)
  })

  test("of a public registry to this host, by address and by name, are refused after the name is resolved, and nobody is asked", async () => {
    const port = registry.port
    const resolve = async (name: string) =>
      name === "registry.test"
        ? [
            { address: "127.0.0.1", family: 4 },
            { address: "203.0.113.1", family: 4 },
          ]
        : [{ address: "127.0.0.1", family: 4 }]
    const options = { domain: `registry.test:${port}`, settings: { plainHttp: [`registry.test:${port}`] }, resolve }
    for (const target of [other.host, `inside.test:${other.port}`, `localhost:${other.port}`]) {
      redirectTo(`http://${target}/v2/`)
      await expect(readManifest(options), target).rejects.toMatchObject({ code: "registry_invalid" })
    }
    registry.intercept = (_request, response) => {
      response.writeHead(401, { "www-authenticate": `Bearer realm="http://inside.test:${other.port}/token"` }).end()
      return true
    }
    await expect(readManifest(options)).rejects.toMatchObject({ code: "registry_invalid" })
    expect(registry.seen).toHaveLength(4)
    expect(other.seen).toEqual([])
  })
})

describe("what may pass is tried again", () => {
  test("429 with Retry-After, 503, and a connection that breaks before the answer", async () => {
    registry.addManifest("team/app", "1", manifest)
    const faults = [
      { status: 429, headers: { "retry-after": "7" } },
      { status: 503, headers: {} },
      { status: 0, headers: {} },
    ]
    registry.intercept = (request, response) => {
      const fault = faults.shift()
      if (fault === undefined) return false
      if (fault.status === 0) request.socket.destroy()
      else response.writeHead(fault.status, fault.headers).end()
      return true
    }
    const clock = instantClock()
    await readManifest({ clock })
    expect(clock.waits).toEqual([7000, 500, 1000])
  })

  test("not for ever: registry_unavailable says what happened last", async () => {
    registry.intercept = (_request, response) => {
      response.writeHead(503).end()
      return true
    }
    await expect(readManifest()).rejects.toMatchObject({ code: "registry_unavailable", publicMessage: expect.stringContaining("503") })
    expect(registry.seen).toHaveLength(5)
  })

  test("a registry that nobody listens at is registry_unavailable", async () => {
    const server = createServer()
    server.listen(0, "127.0.0.1")
    await once(server, "listening")
    const { port } = server.address() as AddressInfo
    server.close()
    await once(server, "close")
    await expect(readManifest({ domain: `127.0.0.1:${port}` })).rejects.toMatchObject({ code: "registry_unavailable" })
  })

  test("what does not pass is not: the registry's own words are repeated", async () => {
    registry.intercept = (_request, response) => {
      response.writeHead(400).end('{"errors":[{"code":"NAME_INVALID","message":"no such\\nname"}]}')
      return true
    }
    await expect(readManifest()).rejects.toMatchObject({ code: "registry_invalid", publicMessage: expect.stringContaining("no such name") })
    expect(registry.seen).toHaveLength(1)
  })
})

describe("blobs", () => {
  /** Breaks off each answer after so many bytes. */
  const breakAfter = (bytes: number, times = Number.POSITIVE_INFINITY) => {
    let left = times
    registry.intercept = (request, response) => {
      const start = Number(/=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0)
      if (request.url?.includes("/blobs/") !== true || left-- <= 0) return false
      response.writeHead(start === 0 ? 200 : 206, {
        "content-length": large.length - start,
        ...(start === 0 ? {} : { "content-range": `bytes ${start}-${large.length - 1}/${large.length}` }),
      })
      response.write(large.subarray(start, start + bytes), () => request.socket.destroy())
      return true
    }
  }

  test("come whole", async () => {
    expect((await download(large)).equals(large)).toBe(true)
    expect(await download(Buffer.alloc(0))).toHaveLength(0)
  })

  test("of a line that breaks again and again: each try goes on where the last one ended", async () => {
    breakAfter(50_000)
    expect((await download(large)).equals(large)).toBe(true)
    const starts = registry.seen.map(({ range }) => Number(/=(\d+)-/.exec(range ?? "")?.[1] ?? 0))
    expect(starts.length).toBeGreaterThan(3)
    expect(starts).toEqual([...new Set(starts)].sort((a, b) => a - b))
  })

  test("of a line that brings nothing more: registry_unavailable", async () => {
    breakAfter(0)
    await expect(download(large)).rejects.toMatchObject({ code: "registry_unavailable" })
  })

  test("of a server that ignores ranges: begun anew", async () => {
    let first = true
    registry.intercept = (request, response) => {
      response.writeHead(200, { "content-length": large.length })
      if (first) response.write(large.subarray(0, 1000), () => request.socket.destroy())
      else response.end(large)
      first = false
      return true
    }
    expect((await download(large)).equals(large)).toBe(true)
  })

  test("that answer with another range are refused", async () => {
    breakAfter(1000, 1)
    const breaking = registry.intercept
    registry.intercept = async (request, response) => {
      if (request.headers.range === undefined) return breaking(request, response)
      response.writeHead(206, { "content-range": `bytes 5-${large.length - 1}/${large.length}` }).end(large.subarray(5))
      return true
    }
    await expect(download(large)).rejects.toMatchObject({ code: "registry_invalid" })
  })

  test("of another size than stated are refused: when the answer says so, else while they come", async () => {
    for (const sizeBytes of [1000, large.length + 1])
      await expect(download(large, {}, sizeBytes)).rejects.toMatchObject({ code: "registry_invalid" })
    registry.intercept = (_request, response) => {
      response.writeHead(200).write(large)
      return true
    }
    await expect(download(large, {}, 1000)).rejects.toMatchObject({ code: "registry_invalid" })
  })

  test("that are not what their digest says are digest_mismatch", async () => {
    const { digest, sizeBytes } = registry.addBlob(large)
    registry.blobs.set(digest, Buffer.alloc(sizeBytes, 1))
    const reader = open()
    await expect(reader.downloadBlob({ digest, sizeBytes }, memorySink(digest), {})).rejects.toMatchObject({ code: "digest_mismatch" })
    await reader.close()
  })

  test("whose earlier part is damaged are begun anew", async () => {
    const { digest, sizeBytes } = registry.addBlob(large)
    const sink = memorySink(digest)
    await sink.append(
      (async function* () {
        yield Buffer.alloc(1000, 1)
      })(),
      {},
    )
    const reader = open()
    await reader.downloadBlob({ digest, sizeBytes }, sink, {})
    await reader.close()
    expect(sink.content().equals(large)).toBe(true)
  })

  test("given up are aborted", async () => {
    const controller = new AbortController()
    registry.intercept = (_request, response) => {
      response.writeHead(200, { "content-length": large.length })
      response.write(large.subarray(0, 1000), () => controller.abort())
      return true
    }
    await expect(download(large, { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" })
  })
})

describe("mirrors", () => {
  const settings = () => ({ mirrors: { [registry.host]: [`http://${other.host}/hub`] } })

  test("answer for the registry", async () => {
    const digest = other.addManifest("team/app", "1", manifest)
    other.intercept = (request) => {
      request.url = request.url?.replace("/hub", "") ?? ""
      return false
    }
    expect(await readManifest({ settings: settings() })).toMatchObject({ digest })
    expect(other.seen[0]?.url).toBe("/hub/v2/team/app/manifests/1")
    expect(registry.seen).toEqual([])
  })

  test("that lack it, fail, or send what it is not, are passed over; one that is silent is not asked twice", async () => {
    registry.addManifest("team/app", "1", manifest)
    await readManifest({ settings: settings() })
    other.intercept = (_request, response) => {
      response.writeHead(503).end()
      return true
    }
    const { digest, sizeBytes } = registry.addBlob(large)
    const reader = open({ settings: settings() })
    other.seen.length = 0
    await reader.readManifest("1", {})
    const afterFirst = other.seen.length
    await reader.downloadBlob({ digest, sizeBytes }, memorySink(digest), {})
    await reader.close()
    expect([afterFirst, other.seen.length]).toEqual([2, 2])
    other.intercept = (_request, response) => {
      response.writeHead(200, { "content-length": sizeBytes }).end(Buffer.alloc(sizeBytes, 3))
      return true
    }
    expect((await download(large, { settings: settings() })).equals(large)).toBe(true)
  })
})

test("a proxy gets the requests, and NO_PROXY keeps a host from it; loopback is never sent to it", async () => {
  const port = registry.port
  const resolve = async () => [{ address: "127.0.0.1", family: 4 }]
  const proxied: string[] = []
  const proxy = createServer()
  proxy.on("connect", (request, socket) => {
    proxied.push(request.url ?? "")
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n")
  })
  proxy.listen(0, "127.0.0.1")
  await once(proxy, "listening")
  const http = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  registry.addManifest("team/app", "1", manifest)
  const plainHttp = [`registry.test:${port}`]
  const options = { domain: `registry.test:${port}`, resolve }
  await expect(readManifest({ ...options, settings: { plainHttp, proxy: { http } } })).rejects.toMatchObject({
    code: "registry_unavailable",
  })
  expect(new Set(proxied)).toEqual(new Set([`registry.test:${port}`]))
  proxied.length = 0
  await readManifest({ ...options, settings: { plainHttp, proxy: { http, noProxy: "registry.test" } } })
  await readManifest({ settings: { proxy: { http } } })
  expect(proxied).toEqual([])
  proxy.close()
})
