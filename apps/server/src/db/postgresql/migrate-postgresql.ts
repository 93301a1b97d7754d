import { randomUUID } from "node:crypto"
import type pg from "pg"
import { type AppliedMigration, pendingMigrations, readMigrations } from "../migrations.js"

/** The one that Prisma Migrate takes. */
const MIGRATION_LOCK = 72_707_369

/**
 * Brings the database to this build's schema: applies each migration that it does not have, in order, all in one transaction, and returns their names.
 * Two at once: one waits. Writes the rows that `prisma migrate deploy` would. Rejects, changing nothing, when a migration fails, when the database has one
 * that this build does not know, or when one was edited after it was applied.
 */
export async function migratePostgresql(client: pg.ClientBase, directory: string): Promise<string[]> {
  await client.query("BEGIN")
  try {
    await client.query("SELECT pg_advisory_xact_lock($1)", [MIGRATION_LOCK])
    const names = await applyPending(client, directory)
    await client.query("COMMIT")
    return names
  } catch (error) {
    // The connection itself may be what failed.
    await client.query("ROLLBACK").catch(() => undefined)
    throw error
  }
}

async function applyPending(client: pg.ClientBase, directory: string): Promise<string[]> {
  await client.query(`CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
    "id" VARCHAR(36) PRIMARY KEY NOT NULL, "checksum" VARCHAR(64) NOT NULL, "finished_at" TIMESTAMPTZ, "migration_name" VARCHAR(255) NOT NULL, "logs" TEXT,
    "rolled_back_at" TIMESTAMPTZ, "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(), "applied_steps_count" INTEGER NOT NULL DEFAULT 0)`)
  const { rows } = await client.query<AppliedMigration>("SELECT * FROM _prisma_migrations")
  const pending = pendingMigrations(readMigrations(directory), rows)
  for (const { name, sql, checksum } of pending) {
    const startedAt = new Date()
    await client.query(sql)
    await client.query(
      "INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, started_at, applied_steps_count) VALUES ($1, $2, $3, $4, $5, 1)",
      [randomUUID(), checksum, new Date(), name, startedAt],
    )
  }
  return pending.map(({ name }) => name)
}
