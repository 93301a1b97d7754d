import type { IncomingMessage, ServerResponse } from "node:http"
import { join } from "node:path"
import type { Duplex } from "node:stream"
import { refusalOfHost } from "@plimsoll/server/contract"
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify"
import type { TrustedProxies } from "./client-address.js"
import { askHealth } from "./health.js"
import { proxyRequest, proxyUpgrade } from "./proxy.js"
import { commonHeaders, contentSecurityPolicy, createNonce } from "./security-headers.js"

/** What makes the pages: Next.js, or a stand-in. */
export interface Pages {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>
  /** Hot reloading's own WebSocket; absent in production. */
  upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void>
}

interface FrontDoorOptions {
  runDirectory: string
  development: boolean
  /** Reverse proxies whose word about the client's address is taken. */
  trustedProxies: TrustedProxies
  /** Origins beside loopback under which pages are given out. */
  publicOrigins: readonly string[]
  pages: Pages
  logger: FastifyBaseLogger
}

/** True for paths that belong to the server: `/trpc`, `/api/…`, `/ws/…`. */
export function belongsToServer(url: string): boolean {
  return /^\/(trpc|api|ws)(?=[/?]|$)/.test(url)
}

/**
 * The public door of the console. What belongs to the server is streamed to `<runDirectory>/server.sock`; everything else is
 * a page. Pages come also while the server is away. Every answer has the security headers.
 */
export function createFrontDoor({
  runDirectory,
  development,
  trustedProxies,
  publicOrigins,
  pages,
  logger,
}: FrontDoorOptions): FastifyInstance {
  const socketPath = join(runDirectory, "server.sock")
  const upstream = { socketPath, trustedProxies }
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    forceCloseConnections: true,
    requestTimeout: 0,
  })

  // Bodies are nobody's business here: they stay in the socket until the one who answers reads them.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser("*", (_request, _payload, done) => done(null))

  app.get("/healthz", async (_request, reply) => {
    const health = await askHealth(socketPath)
    return reply
      .code(health.status === "ok" ? 200 : 503)
      .headers({ ...commonHeaders, "cache-control": "no-store" })
      .send(health)
  })

  // Not routes: a router would decode, normalise and refuse paths that are the server's to judge.
  app.setNotFoundHandler((request, reply) => {
    reply.hijack()
    if (belongsToServer(request.raw.url ?? "/")) proxyRequest(upstream, request.raw, reply.raw)
    else servePage(request.raw, reply.raw)
  })

  function servePage(request: IncomingMessage, response: ServerResponse): void {
    // The server judges by the same rule; a page under a foreign name would only show that it refuses.
    const refusal = refusalOfHost((request.headers.host ?? "").toLowerCase(), publicOrigins)
    if (refusal !== undefined) {
      response.writeHead(403, { ...commonHeaders, "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" })
      return void response.end(`${refusal}\n`)
    }
    const nonce = createNonce()
    const policy = contentSecurityPolicy(nonce, development)
    // Next.js takes the nonce for its own scripts from the policy among the request's headers.
    request.headers["content-security-policy"] = policy
    request.headers["x-nonce"] = nonce
    // A layout knows no address otherwise. Next.js asks by itself for parts of pages: these lead nowhere.
    if (request.headers.rsc === undefined) request.headers["x-address"] = request.url
    else delete request.headers["x-address"]
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value)
    response.setHeader("content-security-policy", policy)
    pages.handle(request, response).catch((error: unknown) => {
      logger.error({ err: error, url: request.url }, "a page failed")
      response.destroy()
    })
  }

  // The HTTP server forgets connections that were upgraded, but waits for them when it closes.
  const upgraded = new Set<Duplex>()
  app.addHook("preClose", async () => {
    for (const socket of upgraded) socket.destroy()
  })

  app.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    upgraded.add(socket)
    socket.on("close", () => upgraded.delete(socket))
    if (belongsToServer(request.url ?? "/")) return proxyUpgrade(upstream, request, socket, head)
    if (pages.upgrade === undefined) return socket.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    pages.upgrade(request, socket, head).catch((error: unknown) => {
      logger.warn({ err: error }, "hot reloading's connection failed")
      socket.destroy()
    })
  })
  return app
}
