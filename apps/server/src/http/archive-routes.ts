import type { FastifyInstance } from "fastify"
import { z } from "zod"
import { absolutePath, idInput } from "../contract/primitives.js"
import type { StreamRouteDependencies } from "./stream-routes.js"
import { attachment, bodyStream, UNBOUNDED_BODY } from "./streams.js"

const archiveQuery = z.object({ path: absolutePath })

/** `GET` and `PUT /api/containers/:id/archive?path=`: files out of and into a container, as tar. */
export function archiveRoutes(app: FastifyInstance, { permit, permitted }: StreamRouteDependencies): void {
  app.get("/api/containers/:id/archive", { onRequest: permit("http.containers.archive.read") }, async (request, reply) => {
    const { id } = idInput.parse(request.params)
    const { path } = archiveQuery.parse(request.query)
    const { engine } = await permitted(request).services.hosts.ofContainer(id)
    const { stat, tar } = await engine.containers.copyOut(id, path)
    // Left before the end: whoever packs must not go on for nobody.
    reply.raw.once("close", () => tar.destroy())
    return reply
      .header("content-type", "application/x-tar")
      .header("content-disposition", attachment(`${stat.name || "root"}.tar`))
      .send(tar)
  })

  app.put(
    "/api/containers/:id/archive",
    { onRequest: permit("http.containers.archive.write"), bodyLimit: UNBOUNDED_BODY },
    async (request, reply) => {
      const { id } = idInput.parse(request.params)
      const { path } = archiveQuery.parse(request.query)
      const { engine } = await permitted(request).services.hosts.ofContainer(id)
      await engine.containers.copyIn(id, path, bodyStream(request))
      return reply.status(204).send()
    },
  )
}
