import { Readable } from "node:stream"
import type { LogLine } from "@plimsoll/runtime"
import type { FastifyInstance } from "fastify"
import { z } from "zod"
import { epochMs, idInput } from "../contract/primitives.js"
import type { StreamRouteDependencies } from "./stream-routes.js"
import { attachment, clientSignal } from "./streams.js"

const flag = z.enum(["true", "false", "1", "0"]).transform((value) => value === "true" || value === "1")
const logsQuery = z.object({
  stdout: flag.default(true),
  stderr: flag.default(true),
  timestamps: flag.default(true),
  tail: z.coerce.number().int().min(0).exactOptional(),
  since: z.coerce.number().pipe(epochMs).exactOptional(),
  until: z.coerce.number().pipe(epochMs).exactOptional(),
  /** Only lines that contain it; letter case does not matter. */
  search: z.string().max(200).default(""),
})

/** `GET /api/containers/:id/logs`: the log as a text file, also filtered. */
export function logRoutes(app: FastifyInstance, { permit, permitted }: StreamRouteDependencies): void {
  app.get("/api/containers/:id/logs", { onRequest: permit("http.containers.logs") }, async (request, reply) => {
    const { id } = idInput.parse(request.params)
    const { timestamps, search, ...options } = logsQuery.parse(request.query)
    const { containers } = (await permitted(request).services.hosts.ofContainer(id)).engine
    // Also so that an unknown one is refused with a status instead of a broken download.
    const { name } = await containers.inspect(id)
    const lines = containers.logs(id, { ...options, signal: clientSignal(reply) })
    return reply
      .header("content-type", "text/plain; charset=utf-8")
      .header("content-disposition", attachment(`${name}.log`))
      .send(Readable.from(asText(lines, { timestamps, search: search.toLowerCase() }), { objectMode: false }))
  })
}

async function* asText(
  lines: AsyncIterable<LogLine>,
  { timestamps, search }: { timestamps: boolean; search: string },
): AsyncGenerator<Buffer, void, void> {
  /** The stream whose line is not ended yet. */
  let unended: LogLine["stream"] | undefined
  for await (const line of lines) {
    if (search !== "" && !line.data.toString("utf8").toLowerCase().includes(search)) continue
    const parts: Buffer[] = []
    if (unended !== undefined && unended !== line.stream) parts.push(Buffer.from("\n"))
    if (timestamps && unended !== line.stream) parts.push(Buffer.from(`${new Date(line.timestamp).toISOString()} ${line.stream} `))
    parts.push(line.data)
    if (!line.partial) parts.push(Buffer.from("\n"))
    unended = line.partial ? line.stream : undefined
    yield Buffer.concat(parts)
  }
}
