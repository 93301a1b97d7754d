import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener, request, type Server } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import type { FastifyInstance } from "fastify"
import pino from "pino"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { WebSocket, WebSocketServer } from "ws"
import { parseTrustedProxies } from "./client-address.js"
import { belongsToServer, createFrontDoor, type Pages } from "./front-door.js"

let runDirectory: string
let door: FastifyInstance | undefined
let server: Server | undefined

beforeEach(async () => {
  runDirectory = await mkdtemp(join(tmpdir(), "plimsoll-front-door-"))
})

afterEach(async () => {
  await door?.close()
  server?.closeAllConnections()
  server?.close()
  door = undefined
  server = undefined
  await rm(runDirectory, { recursive: true })
})

const pages: Pages = {
  async handle(asked, answer) {
    answer.end(JSON.stringify({ page: asked.url, headers: asked.headers }))
  },
}

async function open(listener?: RequestListener, trusted = ""): Promise<number> {
  if (listener) {
    server = createServer(listener)
    await once(server.listen(join(runDirectory, "server.sock")), "listening")
  }
  door = createFrontDoor({
    runDirectory,
    development: false,
    trustedProxies: parseTrustedProxies(trusted),
    publicOrigins: ["https://console.example"],
    pages,
    logger: pino({ level: "silent" }),
  })
  await door.listen({ port: 0, host: "127.0.0.1" })
  return (door.server.address() as AddressInfo).port
}

interface Asked {
  path: string
  method?: string
  headers?: IncomingHttpHeaders
}

async function ask(port: number, { path, method = "GET", headers = {} }: Asked, body?: Buffer): Promise<IncomingMessage> {
  const sent = request({ host: "127.0.0.1", port, path, method, headers })
  sent.end(body)
  const [answer] = (await once(sent, "response")) as [IncomingMessage]
  return answer
}

describe("what is whose", () => {
  test.each(["/trpc", "/trpc/host.info?batch=1", "/api/auth/session", "/ws/terminal?ticket=x", "/api"])("%s is the server's", (path) =>
    expect(belongsToServer(path)).toBe(true),
  )
  test.each(["/", "/apis", "/trpcx", "/containers/api", "/_next/static/api/x.js", "//api/x"])("%s is a page", (path) =>
    expect(belongsToServer(path)).toBe(false),
  )
})

describe("what the server hears", () => {
  const echo: RequestListener = (asked, answer) => answer.end(JSON.stringify({ url: asked.url, headers: asked.headers }))

  test("the address the front door saw, and nothing of what the client claims", async () => {
    const port = await open(echo)
    const answer = await ask(port, {
      path: "/api/x?y=%2e%2e%2f",
      headers: {
        host: "console.example:3000",
        "x-forwarded-for": "6.6.6.6",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "https",
        forwarded: "for=6.6.6.6",
        "x-real-ip": "6.6.6.6",
        cookie: "session=1",
        origin: "http://console.example:3000",
        connection: "close, x-secret-hop",
        "x-secret-hop": "1",
      },
    })
    const heard = JSON.parse(await text(answer))
    expect(heard.url).toBe("/api/x?y=%2e%2e%2f")
    expect(heard.headers).toMatchObject({
      host: "console.example:3000",
      "x-forwarded-for": "127.0.0.1",
      "x-forwarded-host": "console.example:3000",
      "x-forwarded-proto": "http",
      cookie: "session=1",
      origin: "http://console.example:3000",
    })
    for (const name of ["forwarded", "x-real-ip", "x-secret-hop"]) expect(heard.headers).not.toHaveProperty(name)
  })

  test("behind a trusted proxy, the address that the proxy saw: each of its clients has sign-in limits of its own", async () => {
    const port = await open(echo, "127.0.0.0/8")
    const addressFor = async (forwarded: string): Promise<string> => {
      const answer = await ask(port, { path: "/api/auth/sign-in/username", headers: { "x-forwarded-for": forwarded } })
      return JSON.parse(await text(answer)).headers["x-forwarded-for"]
    }
    expect(await addressFor("198.51.100.7")).toBe("198.51.100.7")
    expect(await addressFor("198.51.100.7, 198.51.100.8")).toBe("198.51.100.8")
  })

  test("a body of any size arrives byte for byte, without a limit of the front door", async () => {
    const hashes: number[] = []
    const port = await open((asked, answer) => {
      let bytes = 0
      asked.on("data", (chunk: Buffer) => {
        bytes += chunk.length
      })
      asked.on("end", () => {
        hashes.push(bytes)
        answer.end(String(bytes))
      })
    })
    const body = randomBytes(24 * 1024 * 1024)
    for (const headers of [
      { "content-type": "application/x-tar" },
      { "content-type": "application/json", "transfer-encoding": "chunked" },
    ]) {
      const answer = await ask(port, { path: "/api/images/load", method: "POST", headers }, body)
      expect(await text(answer)).toBe(String(body.length))
    }
    expect(hashes).toEqual([body.length, body.length])
  })
})

describe("streams", () => {
  test("each piece of an answer comes when the server sends it", async () => {
    const steps: ((text: string) => void)[] = []
    const port = await open((_asked, answer) => {
      answer.writeHead(200, { "content-type": "text/event-stream" })
      answer.flushHeaders()
      steps.push((piece) => answer.write(piece))
    })
    const answer = await ask(port, { path: "/api/logs" })
    expect(answer.statusCode).toBe(200)
    answer.setEncoding("utf8")
    for (const piece of ["one", "two"]) {
      steps[0]?.(piece)
      expect(await once(answer, "data")).toEqual([piece])
    }
    answer.destroy()
  })

  test("when the client goes away, the server is told", async () => {
    const left = new Promise<void>((resolve) => {
      void open((_asked, answer) => {
        answer.on("close", () => resolve())
        answer.write("begun")
      }).then(async (port) => {
        const answer = await ask(port, { path: "/api/logs" })
        await once(answer, "data")
        answer.destroy()
      })
    })
    await left
  })

  test("when the server dies in the middle, the client sees a cut, not an end", async () => {
    const port = await open((_asked, answer) => {
      answer.writeHead(200, { "content-length": "1000" })
      answer.write("half")
      setImmediate(() => answer.destroy())
    })
    const answer = await ask(port, { path: "/api/images/save" })
    await expect(text(answer)).rejects.toThrow("aborted")
  })
})

describe("the server is away", () => {
  test("its requests are answered at once with what is wrong, pages come all the same", async () => {
    const port = await open()
    const refused = await ask(port, { path: "/trpc/host.info" })
    expect(refused.statusCode).toBe(502)
    expect(JSON.parse(await text(refused)).error.code).toBe("server_unreachable")
    const page = await ask(port, { path: "/containers" })
    expect([page.statusCode, JSON.parse(await text(page)).page]).toEqual([200, "/containers"])
  })

  test("an upload is refused before all of it was sent", async () => {
    const port = await open()
    const socket = connect(port, "127.0.0.1")
    socket.write("POST /api/images/load HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\nbegin")
    const [first] = (await once(socket, "data")) as [Buffer]
    expect(first.toString()).toMatch(/^HTTP\/1\.1 502 /)
    socket.destroy()
  })

  test("health says that the server is missing, with status 503", async () => {
    const answer = await ask(await open(), { path: "/healthz" })
    expect(answer.statusCode).toBe(503)
    expect(JSON.parse(await text(answer))).toMatchObject({ status: "unavailable", missing: [{ name: "server" }] })
  })
})

test("health is the server's own word when it answers", async () => {
  const port = await open((asked, answer) => {
    answer.writeHead(asked.url === "/healthz" ? 200 : 404, { "content-type": "application/json" })
    answer.end('{"status":"ok"}')
  })
  const answer = await ask(port, { path: "/healthz" })
  expect([answer.statusCode, JSON.parse(await text(answer))]).toEqual([200, { status: "ok" }])
})

describe("a page", () => {
  test("is given under loopback's names and the public origins, and under no name that was made to point here", async () => {
    const port = await open()
    const statusFor = async (host: string) => (await ask(port, { path: "/containers", headers: { host } })).statusCode
    for (const host of [`localhost:${port}`, "127.0.0.1", `[::1]:${port}`, "Console.Example"]) expect(await statusFor(host), host).toBe(200)
    for (const host of ["evil.example", "localhost.evil.example", "10.0.0.7:3000"]) expect(await statusFor(host), host).toBe(403)
    const refused = await ask(port, { path: "/", headers: { host: "evil.example" } })
    expect(refused.headers["x-content-type-options"]).toBe("nosniff")
    expect(await text(refused)).toContain("PLIMSOLL_PUBLIC_ORIGINS")
  })

  test("every page hears its own address, which the browser cannot choose; a part of a page hears none", async () => {
    const port = await open()
    const heard = async (path: string, headers: IncomingHttpHeaders) =>
      JSON.parse(await text(await ask(port, { path, headers: { ...headers, "x-address": "/elsewhere" } }))).headers["x-address"]
    expect(await heard("/images?q=a", {})).toBe("/images?q=a")
    expect(await heard("/images?_rsc=1", { rsc: "1" })).toBeUndefined()
  })
})

describe("security headers", () => {
  test("every page gets a policy with a nonce of its own, which the page hears and the browser cannot choose", async () => {
    const port = await open()
    const seen = new Set<string>()
    for (let count = 0; count < 3; count++) {
      const answer = await ask(port, { path: "/", headers: { "x-nonce": "mine", "content-security-policy": "script-src *" } })
      const { headers } = JSON.parse(await text(answer))
      const policy = String(answer.headers["content-security-policy"])
      expect(policy).toContain(`'nonce-${headers["x-nonce"]}'`)
      expect(headers["content-security-policy"]).toBe(policy)
      expect(policy).toMatch(/frame-ancestors 'none'/)
      expect(policy).not.toContain("unsafe-eval")
      seen.add(headers["x-nonce"])
    }
    expect(seen.size).toBe(3)
    expect(seen).not.toContain("mine")
  })

  test("answers of the server have the common ones too", async () => {
    const port = await open((_asked, answer) => answer.end("x"))
    for (const path of ["/api/x", "/", "/healthz"]) {
      const answer = await ask(port, { path })
      answer.resume()
      expect(answer.headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
      })
    }
  })
})

describe("WebSockets", () => {
  async function openWithSockets() {
    const heard: { headers: IncomingHttpHeaders; url: string | undefined }[] = []
    const port = await open((_asked, answer) => answer.end())
    const sockets = new WebSocketServer({ noServer: true })
    server?.on("upgrade", (asked: IncomingMessage, socket, head) => {
      heard.push({ headers: asked.headers, url: asked.url })
      if (asked.url === "/ws/refused") return socket.end("HTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\nConnection: close\r\n\r\nno!!")
      sockets.handleUpgrade(asked, socket, head, (client) =>
        client.on("message", (data, isBinary) => client.send(data, { binary: isBinary })),
      )
    })
    return { port, heard, sockets }
  }

  test("frames pass both ways as they are, text as text and bytes as bytes", async () => {
    const { port, heard } = await openWithSockets()
    const client = new WebSocket(`ws://127.0.0.1:${port}/ws/terminal?ticket=1`, {
      headers: { "x-forwarded-for": "6.6.6.6", origin: "http://x" },
    })
    await once(client, "open")
    const bytes = randomBytes(300_000)
    client.send(bytes)
    const [echoed, binary] = (await once(client, "message")) as [Buffer, boolean]
    expect([binary, echoed.equals(bytes)]).toEqual([true, true])
    client.send("text")
    expect((await once(client, "message"))[1]).toBe(false)
    expect(heard[0]?.url).toBe("/ws/terminal?ticket=1")
    expect(heard[0]?.headers).toMatchObject({ "x-forwarded-for": "127.0.0.1", origin: "http://x" })
    client.close()
    await once(client, "close")
  })

  test("a refusal comes back as the server worded it", async () => {
    const { port } = await openWithSockets()
    const client = new WebSocket(`ws://127.0.0.1:${port}/ws/refused`)
    const [, answer] = (await once(client, "unexpected-response")) as [unknown, IncomingMessage]
    expect([answer.statusCode, await text(answer)]).toEqual([401, "no!!"])
  })

  test("away: 502 at once; paths that are nobody's: 404", async () => {
    const port = await open()
    for (const [path, status] of [
      ["/trpc", 502],
      ["/_next/webpack-hmr", 404],
    ] as const) {
      const client = new WebSocket(`ws://127.0.0.1:${port}${path}`)
      const [, answer] = (await once(client, "unexpected-response")) as [unknown, IncomingMessage]
      expect(answer.statusCode).toBe(status)
    }
  })

  test("stopping does not wait for connections that stay open", async () => {
    const { port } = await openWithSockets()
    const client = new WebSocket(`ws://127.0.0.1:${port}/trpc`)
    await once(client, "open")
    const closed = once(client, "close")
    await door?.close()
    await closed
  })
})
