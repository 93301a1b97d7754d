import type { Database, OpenOptions, Provider } from "./database.js"
import { openPostgresql } from "./postgresql/open-postgresql.js"
import { openSqlite } from "./sqlite/open-sqlite.js"

export type { Database, PrismaClient, Provider } from "./database.js"

/**
 * Opens the database of the URL, `file:` and a path or `postgresql://…`, brings it to this build's schema and keeps others out until it is closed or the
 * process ends. A file is for its owner only. Rejects in words that say what to do and hold no password.
 */
export async function openDatabase(url: string, options: OpenOptions = {}): Promise<Database> {
  return providerOf(url) === "sqlite" ? openSqlite(url, options) : openPostgresql(url, options)
}

export function providerOf(url: string): Provider {
  return url.startsWith("file:") ? "sqlite" : "postgresql"
}
