import type BetterSqlite3 from "better-sqlite3"
import type { Sql, SqlValue } from "../sql.js"

/** Texts that vary with the number of their values are few, but not bounded. */
const KEPT_STATEMENTS = 300

/** SQL over one connection. Statements are prepared once. */
export function sqliteSql(connection: BetterSqlite3.Database): Sql {
  const prepared = new Map<string, BetterSqlite3.Statement<SqlValue[]>>()
  function prepare(text: string): BetterSqlite3.Statement<SqlValue[]> {
    const kept = prepared.get(text)
    if (kept !== undefined) return kept
    const [oldest] = prepared.keys()
    if (prepared.size >= KEPT_STATEMENTS && oldest !== undefined) prepared.delete(oldest)
    const statement = connection.prepare<SqlValue[]>(text)
    prepared.set(text, statement)
    return statement
  }
  return {
    all: async <T>(text: string, values: readonly SqlValue[] = []) => prepare(text).all(...values) as T[],
    async run(text, values = []) {
      const statement = prepare(text)
      if (statement.reader) return { changes: statement.all(...values).length }
      return { changes: statement.run(...values).changes }
    },
  }
}
