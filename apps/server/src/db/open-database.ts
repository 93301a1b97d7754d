import { chmodSync, closeSync, openSync, type Stats, statfsSync, statSync } from "node:fs"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3"
import BetterSqlite3 from "better-sqlite3"
import { applyMigrations } from "./apply-migrations.js"
import { PrismaClient } from "./generated/sqlite/client.js"

export type { BetterSqlite3, PrismaClient }

/** The console's database: Prisma for what people look at, one raw connection for what is written in bulk each second. */
export interface Database {
  prisma: PrismaClient
  /** For prepared statements that read. */
  connection: BetterSqlite3.Database
  /**
   * Runs the synchronous function as one immediate transaction; all or nothing. Another writer is waited for without
   * holding up the event loop. Rejects with what the function throws, or when the database stays locked.
   */
  write<T>(transaction: (connection: BetterSqlite3.Database) => T): Promise<T>
  /** Rejects when the database does not answer, or when its file is not the one that was opened. */
  ping(): Promise<void>
  close(): Promise<void>
}

const MIGRATIONS = join(import.meta.dirname, "../../../../prisma/sqlite/migrations")
/** Its index takes 32 KiB at once (https://sqlite.org/walformat.html). */
const WAL_ROOM_BYTES = 32 * 1024
const LOCKED_RETRIES = 150
const LOCKED_PAUSE_MS = 100

/** Opens the database and brings it to this build's schema. Its file is for its owner only. */
export function openDatabase(url: string, migrations = MIGRATIONS): Database {
  const file = url.replace(/^file:/, "")
  const connection = openFile(file, migrations)
  const opened = statSync(file)
  const prisma = new PrismaClient({ adapter: new PrismaBetterSqlite3({ url: `file:${file}` }) })
  return {
    prisma,
    connection,
    write: (transaction) => writeWhenFree(connection, transaction),
    ping: async () => {
      refuseOtherFile(file, opened)
      connection.prepare("SELECT count(*) FROM sqlite_master").get()
    },
    close: async () => {
      await prisma.$disconnect()
      connection.close()
    },
  }
}

function openFile(file: string, migrations: string): BetterSqlite3.Database {
  let connection: BetterSqlite3.Database | undefined
  try {
    closeSync(openSync(file, "a", 0o600))
    chmodSync(file, 0o600)
    connection = new BetterSqlite3(file)
    connection.pragma("busy_timeout = 15000")
    connection.pragma("journal_mode = WAL")
    applyMigrations(connection, migrations)
    connection.pragma("synchronous = NORMAL")
    // From here on a lock may be held by Prisma's connection in this very process: waiting for it synchronously would never end.
    connection.pragma("busy_timeout = 0")
    return connection
  } catch (cause) {
    connection?.close()
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `The database ${file} cannot be used: ${reason.replace(/\.?$/, ".")} Without it sign-ins and history are lost, but no container.${remedyFor(cause, file)}`,
      { cause },
    )
  }
}

/** SQLite goes on with a file that was moved or deleted, and all that is written then is lost with the process. */
function refuseOtherFile(file: string, opened: Stats): void {
  const present = statSync(file, { throwIfNoEntry: false })
  if (present?.ino === opened.ino && present.dev === opened.dev) return
  throw new Error(
    `The database ${file} was moved, deleted or replaced while it was open. Put it back, or restart the console to go on with what is there.`,
  )
}

function remedyFor(error: unknown, file: string): string {
  if (!(error instanceof BetterSqlite3.SqliteError)) return ""
  if (/^SQLITE_(NOTADB|CORRUPT)/.test(error.code)) return ` Start with a new one: mv ${file} ${file}.damaged`
  // A write-ahead log that finds no room is an I/O error like any other to SQLite.
  if (/^SQLITE_(FULL|IOERR)/.test(error.code) && freeBytesAt(dirname(file)) < WAL_ROOM_BYTES)
    return ` The disk that holds it is full: free some space in ${dirname(file)}, then start again.`
  return ""
}

function freeBytesAt(directory: string): number {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

async function writeWhenFree<T>(connection: BetterSqlite3.Database, transaction: (connection: BetterSqlite3.Database) => T): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return connection.transaction(() => transaction(connection)).immediate()
    } catch (error) {
      if (!isLocked(error) || attempt >= LOCKED_RETRIES) throw error
      await sleep(LOCKED_PAUSE_MS)
    }
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError && error.code.startsWith("SQLITE_BUSY")
}
