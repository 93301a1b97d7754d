import { Readable } from "node:stream"
import type { FastifyInstance } from "fastify"
import { scrapeQuery } from "../contract/metrics.js"
import type { StreamRouteDependencies } from "./stream-routes.js"

/** `GET /api/metrics?containers=`: the console's figures for a Prometheus server; a tenant's token sees the tenant's own. */
export function metricsRoutes(app: FastifyInstance, { permit, permitted }: StreamRouteDependencies): void {
  app.get("/api/metrics", { onRequest: permit("http.metrics") }, async (request, reply) => {
    const { containers } = scrapeQuery.parse(request.query)
    const series = permitted(request).services.prometheus.scrape({ tenant: null, containers: containers === "1" })
    return reply.header("content-type", "text/plain; version=0.0.4; charset=utf-8").send(Readable.from(series, { objectMode: false }))
  })
}
