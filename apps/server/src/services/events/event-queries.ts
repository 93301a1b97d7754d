import type { AuditDetails, EventRecord } from "../../contract/events.js"
import type { Event, Prisma } from "../../db/generated/sqlite/client.js"
import type { Provider } from "../../db/open-database.js"
import type { EventFilters } from "./event-log.js"

/** The filters as a condition of the database. Of letters, upper and lower case of ASCII are the same in a text. */
export function eventWhere(filters: EventFilters, provider: Provider): Prisma.EventWhereInput {
  const { kinds, actions, objectId, tenant, host, actor, results, text } = filters
  return {
    ...(kinds && kinds.length > 0 && { kind: { in: kinds } }),
    ...(actions && actions.length > 0 && { action: { in: actions } }),
    ...(objectId !== undefined && { objectId }),
    ...(tenant !== undefined && { tenant }),
    ...(host !== undefined && { host }),
    ...(actor !== undefined && { actor }),
    ...(results && results.length > 0 && { result: { in: results } }),
    ...(text && {
      OR: [{ name: containing(text, provider) }, { objectId: containing(text, provider) }, { attributes: containing(text, provider) }],
    }),
  }
}

/** SQLite's LIKE looks at no case and knows no escape; PostgreSQL's must be told the first, and takes a backslash for the second. */
function containing(text: string, provider: Provider): Prisma.StringFilter {
  if (provider === "sqlite") return { contains: text }
  return { contains: text.replaceAll("\\", "\\\\"), mode: "insensitive" } as Prisma.StringFilter
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
