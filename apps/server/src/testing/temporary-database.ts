import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, dirname, join } from "node:path"
import BetterSqlite3 from "better-sqlite3"
import { inject } from "vitest"
import { listTables } from "../db/catalog.js"
import { type Database, openDatabase, providerOf } from "../db/open-database.js"
import { postgresqlSql } from "../db/postgresql/postgresql-sql.js"
import type { Sql } from "../db/sql.js"
import { sqliteSql } from "../db/sqlite/sqlite-sql.js"
import { borrowDatabase, giveBackDatabase, withClient } from "./postgresql-server.js"

/** A database of its own, in the project's kind of database, with a directory beside it that `remove` takes away. */
export interface TemporaryDatabase {
  database: Database
  url: string
  directory: string
  reopen: () => Promise<Database>
  remove: () => Promise<void>
}

export async function temporaryDatabase(): Promise<TemporaryDatabase> {
  const directory = mkdtempSync(join(tmpdir(), "plimsoll-database-"))
  const { url, drop } = await temporaryDatabaseUrl(directory)
  let database = await openDatabase(url)
  return {
    get database() {
      return database
    },
    url,
    directory,
    async reopen() {
      await database.close()
      database = await openDatabase(url)
      return database
    },
    async remove() {
      await database.close()
      await drop()
      rmSync(directory, { recursive: true })
    },
  }
}

/** Where a database may be opened: in PostgreSQL where the project has one, else a file in the directory. */
export async function temporaryDatabaseUrl(directory: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const server = inject("postgresql") as string | undefined
  if (server === undefined) return { url: `file:${join(directory, "console.db")}`, drop: async () => undefined }
  const url = await borrowDatabase(server)
  return { url, drop: () => giveBackDatabase(url) }
}

/** Goes to the database beside the console that has it open. */
export async function besideConsole<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  if (providerOf(url) === "postgresql") return withClient(url, (client) => work(postgresqlSql(client)))
  const connection = new BetterSqlite3(url.replace(/^file:/, ""), { timeout: 5000 })
  try {
    return await work(sqliteSql(connection))
  } finally {
    connection.close()
  }
}

/** All that is in a database as one text: every value of every row, and of a file its very bytes, in which deleted rows may be left. */
export async function everythingIn(url: string): Promise<string> {
  const provider = providerOf(url)
  const rows = await besideConsole(url, async (sql) => {
    const parts: string[] = []
    for (const { name } of await listTables(sql, provider)) parts.push(JSON.stringify(await sql.all(`SELECT * FROM "${name}"`)))
    return parts.join("\n")
  })
  if (provider === "postgresql") return rows
  const file = url.replace(/^file:/, "")
  const names = readdirSync(dirname(file)).filter((name) => name.startsWith(basename(file)) && !name.endsWith("-lock"))
  return [rows, ...names.map((name) => readFileSync(join(dirname(file), name), "latin1"))].join("\n")
}
