import { existsSync } from "node:fs"
import { listTables, type Table } from "../catalog.js"
import { type Database, openDatabase, providerOf } from "../open-database.js"
import type { Sql } from "../sql.js"
import { highestNumber, insertRows, quoted, readRows, setHighestNumber, Tally } from "./rows.js"

export interface MoveOptions {
  from: string
  to: string
  /** Deletes what the target has. Otherwise a target that has anything is refused. */
  replace?: boolean
  onTable?: (moved: MovedTable) => void
}

export interface MovedTable {
  table: string
  rows: number
  /** Of what was read from the source and, after it was written, from the target. */
  checksum: string
}

const WAIT_MS = 3000

/**
 * Copies all rows of a console's database into another one, with their ids, cursors and numbering, in one transaction of the target, and compares each table
 * with what was read. Both are kept from consoles meanwhile. Rejects with the target as it was: when a console uses either, when the target has anything, when
 * a comparison fails, or when it is interrupted. The source is left as it is, brought to this build's schema.
 */
export async function moveDatabase({ from, to, replace = false, onTable }: MoveOptions): Promise<MovedTable[]> {
  for (const url of [from, to]) requireAddress(url)
  if (from === to) throw new Error("Both are the same database.")
  const file = from.replace(/^file:/, "")
  if (providerOf(from) === "sqlite" && !existsSync(file)) throw new Error(`There is no database at ${file}.`)
  const source = await openDatabase(from, { waitMs: WAIT_MS })
  try {
    const target = await openDatabase(to, { waitMs: WAIT_MS })
    try {
      const moved = await target.write((sql) => copy(source, { sql, target, replace }))
      for (const table of moved) onTable?.(table)
      return moved
    } finally {
      await target.close()
    }
  } finally {
    await source.close()
  }
}

function requireAddress(url: string): void {
  if (!/^file:\/|^postgres(ql)?:\/\//.test(url))
    throw new Error("A database is named by “file:” and an absolute path, or by postgresql://USER:PASSWORD@HOST:5432/DATABASE")
}

async function copy(source: Database, { sql, target, replace }: { sql: Sql; target: Database; replace: boolean }): Promise<MovedTable[]> {
  const tables = await listTables(source.sql, source.provider)
  refuseOtherSchema(tables, await listTables(sql, target.provider))
  const filled = await filledTables(sql, tables)
  if (filled.length > 0 && !replace)
    throw new Error(`The target is not empty: it has rows in ${filled.join(", ")}. To delete all that it has: --replace`)
  for (const { name } of tables.toReversed()) await sql.run(`DELETE FROM ${quoted(name)}`)
  const moved: MovedTable[] = []
  for (const table of tables) moved.push(await copyTable(source, { table, sql, target }))
  return moved
}

async function copyTable(source: Database, { table, sql, target }: { table: Table; sql: Sql; target: Database }): Promise<MovedTable> {
  const [read, written] = [new Tally(), new Tally()]
  for await (const rows of readRows(source.sql, table)) {
    read.add(rows)
    await insertRows(sql, table, { rows, provider: target.provider })
  }
  const number = await highestNumber(source.sql, table, source.provider)
  await setHighestNumber(sql, table, { provider: target.provider, number })
  for await (const rows of readRows(sql, table)) written.add(rows)
  if (!read.equals(written))
    throw new Error(
      `The table ${table.name} came out different: ${read.rows} rows were read and ${written.rows} are there. Nothing was changed.`,
    )
  return { table: table.name, rows: read.rows, checksum: read.checksum }
}

/** Both were brought to this build's schema, so that only a fault of the build can be the reason. */
function refuseOtherSchema(one: readonly Table[], other: readonly Table[]): void {
  const shapes = [one, other].map((tables) =>
    JSON.stringify(tables.map(({ name, columns }) => [name, columns.map((column) => `${column.name} ${column.kind}`)]).sort()),
  )
  if (shapes[0] !== shapes[1]) throw new Error("The two databases do not have the same tables and columns. Nothing was changed.")
}

async function filledTables(sql: Sql, tables: readonly Table[]): Promise<string[]> {
  const filled: string[] = []
  for (const { name } of tables) if ((await sql.all(`SELECT 1 AS one FROM ${quoted(name)} LIMIT 1`)).length > 0) filled.push(name)
  return filled
}
