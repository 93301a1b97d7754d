import { randomUUID } from "node:crypto"
import type BetterSqlite3 from "better-sqlite3"
import { type AppliedMigration, pendingMigrations, readMigrations } from "../migrations.js"

/**
 * Brings the database to this build's schema: applies each `<directory>/<name>/migration.sql` that it does not have, in
 * order, all in one transaction, and returns their names. Writes the rows that `prisma migrate deploy` would, so that
 * Prisma's own tools agree. Throws, changing nothing, when a migration fails, when the database has one that this build
 * does not know, or when one was edited after it was applied.
 */
export function migrateSqlite(connection: BetterSqlite3.Database, directory: string): string[] {
  // Cannot be changed inside of a transaction, and a redefined table would delete what refers to it.
  connection.pragma("foreign_keys = OFF")
  try {
    return connection.transaction(() => applyPending(connection, directory)).immediate()
  } finally {
    connection.pragma("foreign_keys = ON")
  }
}

function applyPending(connection: BetterSqlite3.Database, directory: string): string[] {
  connection.exec(`CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" TEXT PRIMARY KEY NOT NULL, "checksum" TEXT NOT NULL, "finished_at" DATETIME, "migration_name" TEXT NOT NULL, "logs" TEXT,
    "rolled_back_at" DATETIME, "started_at" DATETIME NOT NULL DEFAULT current_timestamp, "applied_steps_count" INTEGER UNSIGNED NOT NULL DEFAULT 0)`)
  const applied = connection.prepare<[], AppliedMigration>("SELECT * FROM _prisma_migrations").all()
  const pending = pendingMigrations(readMigrations(directory), applied)
  const insert = connection.prepare(
    "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count) VALUES (?, ?, ?, ?, ?, 1)",
  )
  for (const migration of pending) {
    const startedAt = new Date().toISOString()
    connection.exec(migration.sql)
    const broken = connection.pragma("foreign_key_check")
    if (Array.isArray(broken) && broken.length > 0) throw new Error(`Migration ${migration.name} leaves rows that refer to nothing.`)
    insert.run(randomUUID(), migration.checksum, new Date().toISOString(), migration.name, startedAt)
  }
  return pending.map((migration) => migration.name)
}
