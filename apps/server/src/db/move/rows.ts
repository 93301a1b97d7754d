import { createHash } from "node:crypto"
import type { Table } from "../catalog.js"
import type { Provider } from "../database.js"
import type { Sql, SqlValue } from "../sql.js"
import { type CommonValue, fromCommon, toCommon } from "./column-values.js"

const PAGE = 500

type Row = CommonValue[]

/** All rows in pages, by the primary key: however many there are, a page of them is in memory. */
export async function* readRows(sql: Sql, table: Table): AsyncGenerator<Row[], void, void> {
  const names = table.columns.map(({ name }) => quoted(name)).join(", ")
  const key = table.primaryKey.map(quoted).join(", ")
  const keyPlaces = table.primaryKey.map((name) => table.columns.findIndex((column) => column.name === name))
  let last: SqlValue[] = []
  for (;;) {
    const after = last.length === 0 ? "" : `WHERE (${key}) > (${last.map(() => "?").join(", ")})`
    const found = await sql.all<Record<string, unknown>>(
      `SELECT ${names} FROM ${quoted(table.name)} ${after} ORDER BY ${key} LIMIT ${PAGE}`,
      last,
    )
    const raw = found.map((row) => table.columns.map(({ name }) => row[name]))
    if (raw.length > 0) yield raw.map((row) => row.map((value, place) => toCommon(value, table.columns[place]?.kind ?? "text")))
    const end = raw.at(-1)
    if (end === undefined || raw.length < PAGE) return
    last = keyPlaces.map((place) => end[place] as SqlValue)
  }
}

export async function insertRows(sql: Sql, table: Table, { rows, provider }: { rows: Row[]; provider: Provider }): Promise<void> {
  const names = table.columns.map(({ name }) => quoted(name)).join(", ")
  const tuple = `(${table.columns.map(() => "?").join(", ")})`
  const values = rows.flatMap((row) => row.map((value, place) => fromCommon(value, table.columns[place]?.kind ?? "text", provider)))
  await sql.run(`INSERT INTO ${quoted(table.name)} (${names}) VALUES ${rows.map(() => tuple).join(", ")}`, values)
}

/** How many rows there are, and a sum over the digests of all, which does not depend on their order. */
export class Tally {
  rows = 0
  #sum = 0n

  add(rows: readonly Row[]): void {
    this.rows += rows.length
    for (const row of rows) {
      const text = JSON.stringify(row.map((value) => (Buffer.isBuffer(value) ? { bytes: value.toString("base64") } : value)))
      this.#sum = (this.#sum + BigInt(`0x${createHash("sha256").update(text).digest("hex")}`)) % 2n ** 256n
    }
  }

  get checksum(): string {
    return this.#sum.toString(16).padStart(64, "0").slice(0, 16)
  }

  equals(other: Tally): boolean {
    return this.rows === other.rows && this.#sum === other.#sum
  }
}

/** The highest number that was ever given: rows with it may be gone, and it must not come again. */
export async function highestNumber(sql: Sql, table: Table, provider: Provider): Promise<number> {
  if (table.numbered === undefined) return 0
  const [row] =
    provider === "sqlite"
      ? await sql.all<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = ?", [table.name])
      : await sql.all<{ seq: number }>(`SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS seq FROM ${await sequenceOf(sql, table)}`)
  return row?.seq ?? 0
}

/** Numbers after this one come next. */
export async function setHighestNumber(
  sql: Sql,
  table: Table,
  { provider, number }: { provider: Provider; number: number },
): Promise<void> {
  if (table.numbered === undefined) return
  if (provider === "sqlite") {
    await sql.run("DELETE FROM sqlite_sequence WHERE name = ?", [table.name])
    await sql.run("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", [table.name, number])
  } else
    await sql.all(`SELECT setval('${await sequenceOf(sql, table)}', CAST(? AS BIGINT), CAST(? AS BOOLEAN))`, [
      Math.max(1, number),
      String(number > 0),
    ])
}

async function sequenceOf(sql: Sql, { name, numbered = "" }: Table): Promise<string> {
  const [row] = await sql.all<{ name: string }>("SELECT pg_get_serial_sequence(?, ?) AS name", [quoted(name), numbered])
  return row?.name ?? ""
}

export function quoted(name: string): string {
  return `"${name}"`
}
