import { randomUUID } from "node:crypto"
import rateLimit, { normalizeIP } from "@fastify/rate-limit"
import { type FastifyTRPCPluginOptions, fastifyTRPCPlugin } from "@trpc/server/adapters/fastify"
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from "fastify"
import type { Logger } from "pino"
import { type AppRouter, appRouter } from "../routers/app-router.js"
import type { RunningServices } from "../services/create-services.js"
import { clientAddressOf } from "../services/session/client-address.js"
import type { AuthByScheme } from "../services/session/create-auth.js"
import { shownToken } from "../services/tokens/shown-token.js"
import { authorise } from "../trpc/authorise.js"
import type { RequestContext } from "../trpc/context.js"
import { unpacedOutbound } from "../trpc/outbound.js"
import { authAsker } from "./ask-auth.js"
import { auditTerminal } from "./audit-terminal.js"
import { authRoutes } from "./auth-routes.js"
import type { Connections } from "./connections.js"
import { toHeaders } from "./headers.js"
import { healthRoutes } from "./health-routes.js"
import { httpError } from "./http-error.js"
import { linkRoutes } from "./link-routes.js"
import { logFailure } from "./log-failure.js"
import { refusalOf } from "./refusal-of.js"
import { streamRoutes } from "./stream-routes.js"
import { serveTerminal } from "./terminal-socket.js"
import { serveUpgrades } from "./upgrades.js"

const JSON_BODY_BYTES = 1024 * 1024
/** Calls in one HTTP request; a page of the console batches a handful. */
const BATCHED_CALLS = 100
const HEADERS_MS = 15_000

export interface AppOptions {
  services: RunningServices
  auth: AuthByScheme
  connections: Connections
  publicOrigins: readonly string[]
  log: Logger
  pingDatabase: () => Promise<void>
  draining: () => boolean
}

/** The HTTP side of the server, not yet listening. */
export async function createApp(options: AppOptions): Promise<{ app: FastifyInstance; reconnectSoon: () => void }> {
  const { services, log, publicOrigins } = options
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    // Only the front door can connect to the socket; it says who asks.
    trustProxy: true,
    bodyLimit: JSON_BODY_BYTES,
    routerOptions: { maxParamLength: 5000 },
    forceCloseConnections: "idle",
    // Uploads take as long as they take; headers do not.
    requestTimeout: 0,
    http: { headersTimeout: HEADERS_MS },
  })

  app.addHook("onRequest", async (request, reply) => {
    reply.headers({
      "x-request-id": request.id,
      "x-content-type-options": "nosniff",
      "cache-control": "no-store",
      "cross-origin-resource-policy": "same-origin",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    })
    const refusal = refusalOf(toHeaders(request.headers), { publicOrigins, changes: request.method !== "GET" && request.method !== "HEAD" })
    if (refusal === undefined) return
    await reply.status(403).send({ error: { code: "permission_denied", publicMessage: refusal, facts: {} }, requestId: request.id })
  })
  app.addHook("onResponse", async (request, reply) => {
    const { pathname } = new URL(request.url, "http://localhost")
    request.log.debug({ method: request.method, path: pathname, status: reply.statusCode, ms: Math.round(reply.elapsedTime) }, "answered")
  })
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = httpError(error, request.id)
    if (status >= 500) request.log.error({ err: error }, "request failed")
    return reply.status(status).type("application/json").send(body)
  })
  app.setNotFoundHandler((request, reply) =>
    reply
      .status(404)
      .send({ error: { code: "not_found", publicMessage: "There is nothing under this address.", facts: {} }, requestId: request.id }),
  )

  await app.register(rateLimit, {
    global: false,
    // Whoever has one address of IPv6 has the 2^64 of its network: they count as one.
    keyGenerator: (request) => normalizeIP(request.ip ?? "unknown"),
    errorResponseBuilder: (_request, { ttl }) =>
      Object.assign(new Error(`Too many tries. Wait ${Math.ceil(ttl / 1000)} seconds, then try again.`), { statusCode: 429 }),
  })
  healthRoutes(app, { pingDatabase: options.pingDatabase, engineStatus: () => services.engine.info(), draining: options.draining })
  const ask = authAsker(options.auth, publicOrigins)
  const { sessions, lockout, usedCodes, members } = services
  authRoutes(app, { ask, auth: options.auth, sessions, lockout, usedCodes, publicOrigins, audit: services.audit })
  linkRoutes(app, { ask, members, sessions, audit: services.audit })
  await app.register(fastifyTRPCPlugin, {
    prefix: "/trpc",
    trpcOptions: {
      router: appRouter,
      maxBatchSize: BATCHED_CALLS,
      createContext: async ({ req }): Promise<RequestContext> => {
        const headers = toHeaders(req.headers)
        const session = await services.sessions.recognise(headers)
        const showsToken = shownToken(headers) !== undefined
        return { requestId: req.id, session, showsToken, address: clientAddressOf(headers), services, outbound: unpacedOutbound }
      },
      onError: ({ error, path, req }) => {
        logFailure(req.log, { error, operation: path, requestId: req.id })
      },
    } satisfies FastifyTRPCPluginOptions<AppRouter>["trpcOptions"],
  })
  await app.register(streamRoutes, { services, connections: options.connections })

  const { reconnectSoon } = serveUpgrades(app.server, {
    services,
    connections: options.connections,
    publicOrigins,
    log,
    serveTerminal: (socket, { session, address, ticket, requestId }) =>
      serveTerminal(socket, {
        connect: async () => services.terminals.connect(authorise({ session }, "http.terminal"), ticket),
        record: auditTerminal(services.audit, { session, address, requestId }),
        requestId,
      }),
  })
  return { app, reconnectSoon }
}
