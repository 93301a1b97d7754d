import type { Provider } from "./database.js"
import type { Sql } from "./sql.js"

export type ColumnKind = "text" | "integer" | "real" | "boolean" | "time" | "bytes"

export interface Table {
  name: string
  columns: { name: string; kind: ColumnKind }[]
  primaryKey: string[]
  /** The column that the database numbers by itself. */
  numbered: string | undefined
  /** Tables that its rows refer to. */
  refersTo: string[]
}

/** The console's tables as the database itself describes them, each after those that it refers to. */
export async function listTables(sql: Sql, provider: Provider): Promise<Table[]> {
  const tables = provider === "sqlite" ? await listOfSqlite(sql) : await listOfPostgresql(sql)
  // Which column came by which migration differs.
  for (const { columns } of tables) columns.sort((a, b) => (a.name < b.name ? -1 : 1))
  const ordered: Table[] = []
  while (ordered.length < tables.length) {
    const isPlaced = (name: string) => ordered.some((table) => table.name === name)
    const next = tables.filter((table) => !isPlaced(table.name) && table.refersTo.every((name) => name === table.name || isPlaced(name)))
    if (next.length === 0) throw new Error("tables refer to each other in a circle")
    ordered.push(...next)
  }
  return ordered
}

async function listOfSqlite(sql: Sql): Promise<Table[]> {
  const names = await sql.all<{ name: string; sql: string }>(
    `SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> '_prisma_migrations' ORDER BY name`,
  )
  return Promise.all(
    names.map(async ({ name, sql: definition }) => {
      const columns = await sql.all<{ name: string; type: string; pk: number }>(
        "SELECT name, type, pk FROM pragma_table_info(?) ORDER BY cid",
        [name],
      )
      const references = await sql.all<{ table: string }>('SELECT DISTINCT "table" FROM pragma_foreign_key_list(?)', [name])
      const keys = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
      return {
        name,
        columns: columns.map((column) => ({ name: column.name, kind: kindOf(column.type) })),
        primaryKey: keys.map((column) => column.name),
        numbered: /\bAUTOINCREMENT\b/i.test(definition) ? keys[0]?.name : undefined,
        refersTo: references.map(({ table }) => table),
      }
    }),
  )
}

async function listOfPostgresql(sql: Sql): Promise<Table[]> {
  const columns = await sql.all<{ table: string; name: string; type: string; numbered: boolean }>(
    `SELECT c.table_name AS "table", c.column_name AS name, c.data_type AS type, c.column_default LIKE 'nextval(%' AS numbered
       FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
      WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.table_name <> '_prisma_migrations'
      ORDER BY c.table_name COLLATE "C", c.ordinal_position`,
  )
  const keys = await sql.all<{ table: string; name: string }>(
    `SELECT t.relname AS "table", a.attname AS name FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
       CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (number, position) JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
      WHERE i.indisprimary AND n.nspname = 'public' ORDER BY t.relname, k.position`,
  )
  const references = await sql.all<{ table: string; to: string }>(
    `SELECT DISTINCT t.relname AS "table", r.relname AS "to" FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid
       JOIN pg_namespace n ON n.oid = t.relnamespace WHERE c.contype = 'f' AND n.nspname = 'public'`,
  )
  const of = <T extends { table: string }>(rows: T[], name: string) => rows.filter(({ table }) => table === name)
  return [...new Set(columns.map(({ table }) => table))].map((name) => ({
    name,
    columns: of(columns, name).map((column) => ({ name: column.name, kind: kindOf(column.type) })),
    primaryKey: of(keys, name).map((key) => key.name),
    numbered: of(columns, name).find(({ numbered }) => numbered)?.name,
    refersTo: of(references, name).map(({ to }) => to),
  }))
}

/** Of a type as Prisma's migrations name it. */
function kindOf(type: string): ColumnKind {
  const kind = KINDS.get(type.toUpperCase())
  if (kind === undefined) throw new Error(`there is a column of the unknown type ${type}`)
  return kind
}

const KINDS = new Map<string, ColumnKind>([
  ["TEXT", "text"],
  ["INTEGER", "integer"],
  ["BIGINT", "integer"],
  ["REAL", "real"],
  ["DOUBLE PRECISION", "real"],
  ["BOOLEAN", "boolean"],
  ["DATETIME", "time"],
  ["TIMESTAMP WITHOUT TIME ZONE", "time"],
  ["BLOB", "bytes"],
  ["BYTEA", "bytes"],
])
