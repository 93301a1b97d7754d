import { PrismaPg } from "@prisma/adapter-pg"
import pg from "pg"
import type { Database, OpenOptions } from "../database.js"
import { PrismaClient as PostgresqlClient } from "../generated/postgresql/client.js"
import type { PrismaClient } from "../generated/sqlite/client.js"
import { guardAdapter } from "../guard-adapter.js"
import { migrationsDirectory } from "../migrations.js"
import { Turn } from "../turn.js"
import { connectionFailure, isConflict } from "./connection-failure.js"
import { type ConnectionSettings, readConnectionSettings } from "./connection-settings.js"
import { ConsoleLock, InUse, untilThere } from "./console-lock.js"
import { migratePostgresql } from "./migrate-postgresql.js"
import { postgresqlSql, storable } from "./postgresql-sql.js"

const WAIT_MS = 20_000
/** How long a statement waits for a server that went away. */
const PATIENCE_MS = 5000
const CONNECTIONS = 10
/** The oldest that its makers still mend. */
const OLDEST_VERSION = 14
const ATTEMPTS = 5

/** A pool of connections that heals by itself, and one more that holds the console's lock. */
export async function openPostgresql(
  url: string,
  { migrations = migrationsDirectory("postgresql"), waitMs = WAIT_MS }: OpenOptions = {},
): Promise<Database> {
  const settings = readConnectionSettings(url)
  const lock = await takeOver(settings, migrations, waitMs)
  const pool = new pg.Pool({ ...settings.pool, max: CONNECTIONS })
  // An idle connection that breaks is replaced by the next one that is asked for.
  pool.on("error", () => undefined)
  const held = () => lock.held()
  const adapter = guardAdapter(new PrismaPg(pool, { schema: "public" }), {
    statement: async (run) => {
      await held()
      return run()
    },
    transaction: async () => {
      await held()
      return () => undefined
    },
    value: storable,
  })
  // Generated from the same models; the types of the narrower one hold for both.
  const prisma = new PostgresqlClient({ adapter }) as unknown as PrismaClient
  const sql = postgresqlSql(pool, held)
  const turn = new Turn()
  return {
    provider: "postgresql",
    prisma,
    sql,
    write: (transaction) =>
      turn.run(async () => {
        await held()
        return again(() => inTransaction(pool, (client) => transaction(postgresqlSql(client))))
      }),
    ping: async () => {
      await held()
      await sql.all("SELECT 1")
    },
    close: async () => {
      await prisma.$disconnect()
      await turn.run(() => pool.end())
      await lock.release()
    },
  }
}

/** Takes the lock and brings the database to this build's schema. */
async function takeOver(settings: ConnectionSettings, migrations: string, waitMs: number): Promise<ConsoleLock> {
  let lock: ConsoleLock | undefined
  try {
    lock = await untilThere(() => ConsoleLock.take(settings, { patienceMs: PATIENCE_MS }), { waitMs })
    await refuseUnfit(lock.client)
    await migratePostgresql(lock.client, migrations)
    return lock
  } catch (error) {
    await lock?.release().catch(() => undefined)
    throw error instanceof InUse ? error : connectionFailure(error, settings)
  }
}

async function refuseUnfit(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: string; number: string; encoding: string }>(
    "SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number, current_setting('server_encoding') AS encoding",
  )
  for (const { version, number, encoding } of rows) {
    if (Number(number) < OLDEST_VERSION * 10_000) throw new Error(`it is PostgreSQL ${version}; ${OLDEST_VERSION} or newer is needed.`)
    if (encoding !== "UTF8") throw new Error(`its encoding is ${encoding}; make it with ENCODING 'UTF8' TEMPLATE template0.`)
  }
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  // Without a listener a connection that breaks between two statements would end the process.
  const onError = (error: Error) => {
    broken = error
  }
  client.on("error", onError)
  try {
    await client.query("BEGIN")
    const result = await work(client)
    await client.query("COMMIT")
    return result
  } catch (error) {
    await client.query("ROLLBACK").catch((failure: Error) => {
      broken = failure
    })
    throw error
  } finally {
    client.off("error", onError)
    client.release(broken)
  }
}

async function again<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (!isConflict(error) || attempt >= ATTEMPTS) throw error
    }
  }
}
