import { Readable } from "node:stream"
import { stringify } from "csv-stringify/sync"
import type { exportFormats } from "../contract/events.js"

export interface TableFile<T> {
  format: (typeof exportFormats)[number]
  /** Of the CSV. JSON lines have the rows as they are. */
  columns: Readonly<Record<string, (row: T) => string | number | null>>
  pages: AsyncIterable<readonly T[]>
}

export const contentTypes = { csv: "text/csv; charset=utf-8", jsonl: "application/jsonl; charset=utf-8" } as const

/** A table as a file that is made while it is read. In CSV, text that a spreadsheet would take for a formula begins with `'`. */
export function tableFile<T>(table: TableFile<T>): Readable {
  return Readable.from(table.format === "csv" ? csvOf(table) : jsonLinesOf(table), { objectMode: false })
}

async function* csvOf<T>({ columns, pages }: TableFile<T>): AsyncGenerator<string, void, void> {
  const cells = Object.values(columns)
  yield stringify([Object.keys(columns)])
  for await (const rows of pages) {
    const text = stringify(
      rows.map((row) => cells.map((cell) => cell(row))),
      { escape_formulas: true },
    )
    if (text !== "") yield text
  }
}

async function* jsonLinesOf<T>({ pages }: TableFile<T>): AsyncGenerator<string, void, void> {
  for await (const rows of pages) if (rows.length > 0) yield rows.map((row) => `${JSON.stringify(row)}\n`).join("")
}
