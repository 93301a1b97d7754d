import type { FastifyInstance } from "fastify"
import { hostInput } from "../contract/hosts.js"
import { importImageQuery, saveImageQuery } from "../contract/images.js"
import type { StreamRouteDependencies } from "./stream-routes.js"
import { attachment, bodyStream, clientSignal, UNBOUNDED_BODY } from "./streams.js"

/** `POST /api/images/load`, `POST /api/images/import?reference=`, `GET /api/images/save?reference=&format=`: images as archives, on the host `?host=`. */
export function imageRoutes(app: FastifyInstance, { permit, permitted }: StreamRouteDependencies): void {
  app.post("/api/images/load", { onRequest: permit("http.images.load"), bodyLimit: UNBOUNDED_BODY }, async (request, reply) => {
    const { host } = hostInput.parse(request.query)
    const images = await permitted(request)
      .services.hosts.engineOf(host)
      .images.load(bodyStream(request), { signal: clientSignal(reply) })
    return images.map((image) => ({ ...image, host }))
  })

  app.post("/api/images/import", { onRequest: permit("http.images.import"), bodyLimit: UNBOUNDED_BODY }, async (request, reply) => {
    const { host, ...options } = importImageQuery.parse(request.query)
    const { images } = permitted(request).services.hosts.engineOf(host)
    return { ...(await images.importRootfs(bodyStream(request), { ...options, signal: clientSignal(reply) })), host }
  })

  app.get("/api/images/save", { onRequest: permit("http.images.save") }, async (request, reply) => {
    const { host, reference, format } = saveImageQuery.parse(request.query)
    const references = Array.isArray(reference) ? reference : [reference]
    const tar = await permitted(request)
      .services.hosts.engineOf(host)
      .images.save(references, { format, signal: clientSignal(reply) })
    reply.raw.once("close", () => tar.destroy())
    return reply
      .header("content-type", "application/x-tar")
      .header("content-disposition", attachment(`${references[0] ?? "image"}.tar`))
      .send(tar)
  })
}
