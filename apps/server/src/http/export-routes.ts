import type { FastifyInstance } from "fastify"
import { type EventRecord, exportEventsQuery } from "../contract/events.js"
import { exportMeteringQuery, type MeteringHour } from "../contract/metering.js"
import { exportEvents } from "../services/events/export-events.js"
import { exportHours } from "../services/metering/export-hours.js"
import type { StreamRouteDependencies } from "./stream-routes.js"
import { attachment } from "./streams.js"
import { contentTypes, type TableFile, tableFile } from "./table-file.js"

/** `GET /api/events/export?format=` with the filters of `events.list`, and `GET /api/metering/export?month=&format=&tenant=`: as CSV or JSON lines. */
export function exportRoutes(app: FastifyInstance, { permit, permitted }: StreamRouteDependencies): void {
  app.get("/api/events/export", { onRequest: permit("http.events.export") }, async (request, reply) => {
    const { format, ...query } = exportEventsQuery.parse(request.query)
    const pages = exportEvents(permitted(request).services.events, query)
    return reply
      .header("content-type", contentTypes[format])
      .header("content-disposition", attachment(`events.${format}`))
      .send(tableFile({ format, columns: eventColumns, pages }))
  })

  app.get("/api/metering/export", { onRequest: permit("http.metering.export") }, async (request, reply) => {
    const { format, month, tenant } = exportMeteringQuery.parse(request.query)
    const { metering } = permitted(request).services
    // Asked before the answer begins, so that a tenant that is none is refused with a status instead of a broken download.
    const { rows } = await metering.month(month, tenant)
    const pages = exportHours(
      metering,
      month,
      rows.map((row) => row.tenant),
    )
    return reply
      .header("content-type", contentTypes[format])
      .header("content-disposition", attachment(`metering-${tenant === undefined ? "" : `${tenant}-`}${month}.${format}`))
      .send(tableFile({ format, columns: hourColumns, pages }))
  })
}

const eventColumns: TableFile<EventRecord>["columns"] = {
  cursor: ({ cursor }) => cursor,
  time: ({ at }) => new Date(at).toISOString(),
  kind: ({ kind }) => kind,
  action: ({ action }) => action,
  result: ({ audit }) => audit?.result ?? null,
  actor: ({ audit }) => audit?.actor.name ?? null,
  role: ({ audit }) => audit?.actor.role ?? null,
  address: ({ audit }) => audit?.actor.address ?? null,
  lookingAs: ({ audit }) => audit?.actor.lookingAs ?? null,
  tenant: ({ tenant }) => tenant,
  host: ({ host }) => host,
  id: ({ id }) => id,
  name: ({ name }) => name,
  attributes: ({ attributes }) => JSON.stringify(attributes),
}

const hourColumns: TableFile<MeteringHour>["columns"] = {
  tenant: ({ tenant }) => tenant,
  hour: ({ at }) => new Date(at).toISOString(),
  memorySoldGibHours: (hour) => hour.memorySoldGibHours,
  memoryUsedGibHours: (hour) => hour.memoryUsedGibHours,
  cpuSoldCoreHours: (hour) => hour.cpuSoldCoreHours,
  cpuUsedCoreHours: (hour) => hour.cpuUsedCoreHours,
  diskSoldGibHours: (hour) => hour.diskSoldGibHours,
  diskUsedGibHours: (hour) => hour.diskUsedGibHours,
  receivedBytes: (hour) => hour.receivedBytes,
  transmittedBytes: (hour) => hour.transmittedBytes,
  measuredSeconds: (hour) => hour.measuredSeconds,
}
