import { randomUUID } from "node:crypto"
import type { IncomingMessage, Server } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { applyWSSHandler } from "@trpc/server/adapters/ws"
import type { Logger } from "pino"
import { type WebSocket, WebSocketServer } from "ws"
import { appRouter } from "../routers/app-router.js"
import type { RunningServices } from "../services/create-services.js"
import { clientAddressOf } from "../services/session/client-address.js"
import type { SignedIn } from "../services/session/sessions.js"
import type { RequestContext } from "../trpc/context.js"
import { socketOutbound } from "../trpc/outbound.js"
import type { Connections } from "./connections.js"
import { toHeaders } from "./headers.js"
import { logFailure } from "./log-failure.js"
import { refusalOf } from "./refusal-of.js"

const TRPC_MESSAGE_BYTES = 1024 * 1024
const TERMINAL_MESSAGE_BYTES = 256 * 1024
const KEEP_ALIVE = { enabled: true, pingMs: 20_000, pongWaitMs: 10_000 }

export interface UpgradeDependencies {
  services: RunningServices
  connections: Connections
  publicOrigins: readonly string[]
  log: Logger
  serveTerminal: (
    socket: WebSocket,
    options: { session: SignedIn; address: string | null; ticket: string; requestId: string },
  ) => Promise<void>
}

/** WebSockets: `/trpc` for all subscriptions of a page, `/ws/terminal?ticket=` for each terminal. Both need a session and the own origin. */
export function serveUpgrades(server: Server, deps: UpgradeDependencies): { reconnectSoon: () => void } {
  const signedIn = new WeakMap<IncomingMessage, SignedIn>()
  const trpc = new WebSocketServer({ noServer: true, maxPayload: TRPC_MESSAGE_BYTES, perMessageDeflate: false })
  const terminals = new WebSocketServer({ noServer: true, maxPayload: TERMINAL_MESSAGE_BYTES, perMessageDeflate: false })

  const { broadcastReconnectNotification } = applyWSSHandler({
    wss: trpc,
    router: appRouter,
    keepAlive: KEEP_ALIVE,
    createContext: ({ req }): RequestContext => ({
      requestId: randomUUID(),
      session: signedIn.get(req) ?? null,
      address: clientAddressOf(toHeaders(req.headers)),
      services: deps.services,
      outbound: socketOutbound(req.socket),
    }),
    onError: ({ error, path, ctx }) => {
      logFailure(deps.log, { error, operation: path, requestId: ctx?.requestId ?? "unknown" })
    },
  })

  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on("error", (error) => deps.log.debug({ err: error }, "socket failed"))
    upgrade(request, socket, head).catch((error: unknown) => {
      deps.log.error({ err: error }, "upgrade failed")
      refuse(socket, 500, "Internal Server Error")
    })
  })

  async function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const url = new URL(request.url ?? "/", "http://localhost")
    const kind = url.pathname === "/trpc" ? "trpc" : url.pathname === "/ws/terminal" ? "terminal" : undefined
    if (kind === undefined) return refuse(socket, 404, "Not Found")
    const headers = toHeaders(request.headers)
    if (refusalOf(headers, { publicOrigins: deps.publicOrigins, changes: true }) !== undefined) return refuse(socket, 403, "Forbidden")
    const session = await deps.services.sessions.recognise(headers)
    if (session === null) return refuse(socket, 401, "Unauthorized")
    signedIn.set(request, session)
    const wss = kind === "trpc" ? trpc : terminals
    wss.handleUpgrade(request, socket as Socket, head, (client) => {
      deps.connections.add(session.sessionId, client)
      if (kind === "trpc") return void wss.emit("connection", client, request)
      client.on("error", (error) => deps.log.debug({ err: error }, "terminal connection failed"))
      const requestId = randomUUID()
      const connection = { session, address: clientAddressOf(headers), ticket: url.searchParams.get("ticket") ?? "", requestId }
      deps.serveTerminal(client, connection).catch((error: unknown) => {
        deps.log.error({ err: error, reqId: requestId }, "terminal failed")
        client.close(1011, "failed")
      })
    })
  }

  return { reconnectSoon: broadcastReconnectNotification }
}

function refuse(socket: Duplex, status: number, reason: string): void {
  socket.end(`HTTP/1.1 ${status} ${reason}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}
