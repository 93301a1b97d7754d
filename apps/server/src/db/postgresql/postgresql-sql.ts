import pg from "pg"
import type { Sql, SqlValue } from "../sql.js"

interface Queryable {
  query(query: pg.QueryConfig): Promise<pg.QueryResult>
}

const { builtins } = pg.types
const asNumber = (text: string) => Number(text)
/** As SQLite has them. Sums of int8 are numeric. Times without a zone are UTC and stay as they are written. */
const PARSERS = new Map<number, (text: string) => unknown>([
  [builtins.INT8, asNumber],
  [builtins.NUMERIC, asNumber],
  [builtins.TIMESTAMP, (text) => text],
])
const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: "text" | "binary") =>
    (format !== "binary" && PARSERS.get(oid)) || pg.types.getTypeParser(oid, format as "text")) as typeof pg.types.getTypeParser,
}

/** SQL over a pool or one of its connections. */
export function postgresqlSql(queryable: Queryable, before: () => Promise<void> = async () => undefined): Sql {
  async function query(text: string, values: readonly SqlValue[] = []): Promise<pg.QueryResult> {
    await before()
    return queryable.query({ text: numbered(text), values: values.map(storable), types })
  }
  return {
    all: async <T>(text: string, values?: readonly SqlValue[]) => (await query(text, values)).rows as T[],
    run: async (text, values) => ({ changes: (await query(text, values)).rowCount ?? 0 }),
  }
}

/** `$1`, `$2` … for each `?`. */
function numbered(text: string): string {
  let count = 0
  return text.replace(/\?/g, () => `$${++count}`)
}

/** PostgreSQL's text holds no NUL, and refuses the whole statement. What is sent to us may well have one. */
export function storable<T>(value: T): T | string {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value
}
