import { chmodSync } from "node:fs"
import BetterSqlite3 from "better-sqlite3"

/**
 * Keeps a second console, or the command that moves the data, away from the database: SQLite's own lock on an empty file beside it, which the kernel
 * drops with the process. Throws when another has it. What is returned gives it up.
 */
export function lockFile(file: string): () => void {
  const path = `${file}-lock`
  // Never opened by other means: closing any descriptor of a file drops all locks that the process has on it (fcntl(2)).
  const lock = new BetterSqlite3(path, { timeout: 0 })
  chmodSync(path, 0o600)
  try {
    lock.exec("BEGIN EXCLUSIVE")
  } catch (error) {
    lock.close()
    if (!(error instanceof BetterSqlite3.SqliteError) || !error.code.startsWith("SQLITE_BUSY")) throw error
    throw new Error("another console, or a command that moves its data, uses it. Stop that first.", { cause: error })
  }
  return () => lock.close()
}
