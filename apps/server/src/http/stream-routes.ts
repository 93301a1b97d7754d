import type { FastifyInstance, FastifyRequest } from "fastify"
import type { Services } from "../services/services.js"
import { authorise } from "../trpc/authorise.js"
import type { OperationName } from "../trpc/operations.js"
import { archiveRoutes } from "./archive-routes.js"
import { toHeaders } from "./headers.js"
import { imageRoutes } from "./image-routes.js"
import { logRoutes } from "./log-routes.js"

/** What a route for streams has at hand. */
export interface StreamRouteDependencies {
  services: Services
  /** Passes the one authorisation point, before anything of the body is read. */
  permit: (operation: OperationName) => (request: FastifyRequest) => Promise<void>
}

/**
 * Bodies and answers that are streams: nothing is gathered in memory, a slow side slows the other, and a client who leaves
 * aborts what runs for it.
 */
export async function streamRoutes(app: FastifyInstance, { services }: { services: Services }): Promise<void> {
  app.removeAllContentTypeParsers()
  // The raw stream, whatever it calls itself.
  app.addContentTypeParser("*", (_request, payload, done) => done(null, payload))
  const permit: StreamRouteDependencies["permit"] = (operation) => async (request) => {
    authorise({ session: await services.sessions.recognise(toHeaders(request.headers)) }, operation)
  }
  const dependencies = { services, permit }
  archiveRoutes(app, dependencies)
  logRoutes(app, dependencies)
  imageRoutes(app, dependencies)
}
