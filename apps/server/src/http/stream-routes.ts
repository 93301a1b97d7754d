import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify"
import { scopeServices } from "../services/scope/scope-services.js"
import type { Services } from "../services/services.js"
import type { SignedIn } from "../services/session/sessions.js"
import { shownToken } from "../services/tokens/shown-token.js"
import { authorise } from "../trpc/authorise.js"
import type { OperationName } from "../trpc/operations.js"
import { archiveRoutes } from "./archive-routes.js"
import { auditStreams } from "./audit-streams.js"
import type { Connections } from "./connections.js"
import { exportRoutes } from "./export-routes.js"
import { toHeaders } from "./headers.js"
import { imageRoutes } from "./image-routes.js"
import { logRoutes } from "./log-routes.js"
import { metricsRoutes } from "./metrics-routes.js"
import { tenantRoutes } from "./tenant-routes.js"

/** What a route for streams has at hand. */
export interface StreamRouteDependencies {
  /** Passes the one authorisation point, before anything of the body is read. */
  permit: (operation: OperationName) => (request: FastifyRequest, reply: FastifyReply) => Promise<void>
  /** Who asks, and the use cases as they reach them. Of a request that `permit` let through. */
  permitted: (request: FastifyRequest) => { session: SignedIn; services: Services }
}

/**
 * Bodies and answers that are streams: nothing is gathered in memory, a slow side slows the other, and a client who leaves
 * aborts what runs for it.
 */
export async function streamRoutes(
  app: FastifyInstance,
  { services, connections }: { services: Services; connections: Connections },
): Promise<void> {
  app.removeAllContentTypeParsers()
  // The raw stream, whatever it calls itself.
  app.addContentTypeParser("*", (_request, payload, done) => done(null, payload))
  const sessions = new WeakMap<FastifyRequest, SignedIn>()
  const audit = auditStreams(app, services)
  const permit: StreamRouteDependencies["permit"] = (operation) => async (request, reply) => {
    const headers = toHeaders(request.headers)
    const recognised = await services.sessions.recognise(headers)
    if (recognised !== null) audit.begin(request, { operation, session: recognised })
    const session = authorise({ session: recognised, showsToken: shownToken(headers) !== undefined }, operation)
    sessions.set(request, session)
    connections.addAnswer(session.sessionId, reply.raw)
  }
  const permitted: StreamRouteDependencies["permitted"] = (request) => {
    const session = sessions.get(request)
    if (session === undefined) throw new Error(`Nobody permitted ${request.method} ${request.routeOptions.url ?? ""}.`)
    return { session, services: scopeServices(services, session) }
  }
  const dependencies = { permit, permitted }
  archiveRoutes(app, dependencies)
  logRoutes(app, dependencies)
  imageRoutes(app, dependencies)
  tenantRoutes(app, dependencies)
  exportRoutes(app, dependencies)
  metricsRoutes(app, dependencies)
}
