import type { FastifyInstance } from "fastify"
import { tenantInput } from "../contract/tenants.js"
import type { StreamRouteDependencies } from "./stream-routes.js"
import { attachment } from "./streams.js"

/** `GET /api/tenants/:tenant/export`: all that is known of a tenant, as a tar of JSON documents. */
export function tenantRoutes(app: FastifyInstance, { permit, permitted }: StreamRouteDependencies): void {
  app.get("/api/tenants/:tenant/export", { onRequest: permit("http.tenants.export") }, async (request, reply) => {
    const { tenant } = tenantInput.parse(request.params)
    const tar = await permitted(request).services.tenants.export(tenant)
    // Left before the end: whoever reads the database must not go on for nobody.
    reply.raw.once("close", () => tar.destroy())
    return reply
      .header("content-type", "application/x-tar")
      .header("content-disposition", attachment(`${tenant}.tar`))
      .send(tar)
  })
}
