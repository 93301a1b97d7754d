import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

export interface Migration {
  name: string
  sql: string
  checksum: string
}

/** Where a row of Prisma's table of migrations matters to us. */
export interface AppliedMigration {
  migration_name: string
  checksum: string
  finished_at: unknown
  rolled_back_at: unknown
}

/** Of this build, for one of the databases. */
export function migrationsDirectory(provider: "sqlite" | "postgresql"): string {
  return join(import.meta.dirname, `../../../../prisma/${provider}/migrations`)
}

/** Each `<directory>/<name>/migration.sql`, in order. */
export function readMigrations(directory: string): Migration[] {
  return readdirSync(directory)
    .filter((name) => existsSync(join(directory, name, "migration.sql")))
    .sort()
    .map((name) => {
      const sql = readFileSync(join(directory, name, "migration.sql"), "utf8")
      return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") }
    })
}

/** Those of `known` that the database has not. Throws when it has one that this build does not know, or when one was edited after it was applied. */
export function pendingMigrations(known: Migration[], rows: AppliedMigration[]): Migration[] {
  const applied = new Map(
    rows.filter((row) => row.finished_at !== null && row.rolled_back_at === null).map((row) => [row.migration_name, row.checksum]),
  )
  const names = new Set(known.map((migration) => migration.name))
  for (const name of applied.keys()) {
    if (!names.has(name))
      throw new Error(
        `The database has migration ${name}, which this version does not know. Start the newer version, or restore a copy of the database.`,
      )
  }
  for (const { name, checksum } of known) {
    if (applied.has(name) && applied.get(name) !== checksum)
      throw new Error(`Migration ${name} was edited after it was applied to this database.`)
  }
  return known.filter((migration) => !applied.has(migration.name))
}
