import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Database, openDatabase } from "../db/open-database.js"

/** A database of its own in a directory that `remove` takes away. */
export interface TemporaryDatabase {
  database: Database
  url: string
  directory: string
  reopen: () => Promise<Database>
  remove: () => Promise<void>
}

export function temporaryDatabase(): TemporaryDatabase {
  const directory = mkdtempSync(join(tmpdir(), "plimsoll-database-"))
  const url = `file:${join(directory, "console.db")}`
  let database = openDatabase(url)
  return {
    get database() {
      return database
    },
    url,
    directory,
    async reopen() {
      await database.close()
      database = openDatabase(url)
      return database
    },
    async remove() {
      await database.close()
      rmSync(directory, { recursive: true })
    },
  }
}
