import type { ColumnKind } from "../catalog.js"
import type { Provider } from "../database.js"
import { storable } from "../postgresql/postgresql-sql.js"
import type { SqlValue } from "../sql.js"

/** A value as both databases mean it. Times: ISO 8601 in UTC with milliseconds. */
export type CommonValue = string | number | boolean | Buffer | null

/** What a database returned. Text comes without NUL, which PostgreSQL cannot hold. */
export function toCommon(value: unknown, kind: ColumnKind): CommonValue {
  if (value === null) return null
  if (kind === "boolean") return Boolean(value)
  if (typeof value === "string") return kind === "time" ? readTime(value) : storable(value)
  if (kind === "time") return readTime(`${value as number}`)
  return value as number | Buffer
}

/** What the database is given, spelt as Prisma does. */
export function fromCommon(value: CommonValue, kind: ColumnKind, provider: Provider): SqlValue {
  if (typeof value === "boolean") return provider === "sqlite" ? Number(value) : String(value)
  if (kind === "time" && value !== null) return String(value).replace("Z", provider === "sqlite" ? "+00:00" : "")
  return value
}

/** `2026-11-27 15:23:27.5`, `2026-11-27T15:23:27.500+00:00` or milliseconds. Without a zone it is UTC. */
function readTime(text: string): string {
  if (/^-?\d+$/.test(text)) return new Date(Number(text)).toISOString()
  const iso = text.replace(" ", "T")
  return new Date(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`).toISOString()
}
