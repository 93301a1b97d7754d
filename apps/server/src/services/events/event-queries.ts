import type { AuditDetails, EventRecord } from "../../contract/events.js"
import type { Event, Prisma } from "../../db/generated/sqlite/client.js"
import type { EventFilters } from "./event-log.js"

/** The filters as a condition of the database. */
export function eventWhere(filters: EventFilters): Prisma.EventWhereInput {
  const { kinds, actions, objectId, tenant, host, actor, results, text } = filters
  return {
    ...(kinds && kinds.length > 0 && { kind: { in: kinds } }),
    ...(actions && actions.length > 0 && { action: { in: actions } }),
    ...(objectId !== undefined && { objectId }),
    ...(tenant !== undefined && { tenant }),
    ...(host !== undefined && { host }),
    ...(actor !== undefined && { actor }),
    ...(results && results.length > 0 && { result: { in: results } }),
    ...(text && { OR: [{ name: { contains: text } }, { objectId: { contains: text } }, { attributes: { contains: text } }] }),
  }
}

/** A row as the contract has it. What the engine wrote comes back as it was. */
export function toEventRecord(row: Event): EventRecord {
  return {
    cursor: row.cursor,
    at: Number(row.at),
    kind: row.kind as EventRecord["kind"],
    action: row.action,
    id: row.objectId,
    name: row.name,
    tenant: row.tenant,
    host: row.host,
    attributes: JSON.parse(row.attributes) as Record<string, string>,
    audit: auditOf(row),
  }
}

function auditOf({ actor, result, audit }: Event): AuditDetails | null {
  if (actor === null || result === null || audit === null) return null
  return { actor: { ...(JSON.parse(audit) as Omit<AuditDetails["actor"], "name">), name: actor }, result: result as AuditDetails["result"] }
}
