import { chmodSync, closeSync, openSync, type Stats, statfsSync, statSync } from "node:fs"
import { dirname } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { PrismaBetterSqlite3 } from "@prisma/adapter-better-sqlite3"
import BetterSqlite3 from "better-sqlite3"
import type { Database, OpenOptions } from "../database.js"
import { PrismaClient } from "../generated/sqlite/client.js"
import { guardAdapter } from "../guard-adapter.js"
import { migrationsDirectory } from "../migrations.js"
import { Turn } from "../turn.js"
import { lockFile } from "./lock-file.js"
import { migrateSqlite } from "./migrate-sqlite.js"
import { sqliteSql } from "./sqlite-sql.js"

/** Its index takes 32 KiB at once (https://sqlite.org/walformat.html). */
const WAL_ROOM_BYTES = 32 * 1024
const LOCKED_RETRIES = 150
const LOCKED_PAUSE_MS = 100

/**
 * A file with three connections: Prisma's, one that writes and one that reads. SQLite waits for a lock by stopping the process, so that what holds it here
 * could never end: all that may write takes its turn before it asks.
 */
export function openSqlite(url: string, { migrations = migrationsDirectory("sqlite") }: OpenOptions = {}): Database {
  const file = url.replace(/^file:/, "")
  const { writer, unlock } = openFile(file, migrations)
  const opened = statSync(file)
  const reader = new BetterSqlite3(file, { readonly: true })
  const turn = new Turn()
  const adapter = guardAdapter(new PrismaBetterSqlite3({ url: `file:${file}` }), {
    statement: (run) => turn.run(run),
    transaction: () => turn.take(),
  })
  const prisma = new PrismaClient({ adapter })
  const [readSql, writeSql] = [sqliteSql(reader), sqliteSql(writer)]
  const single = <T>(run: () => Promise<T>) => turn.run(() => whenFree(run))
  return {
    provider: "sqlite",
    prisma,
    sql: { all: readSql.all, run: (text, values) => single(() => writeSql.run(text, values)) },
    write: (transaction) =>
      turn.run(async () => {
        await whenFree(async () => void writer.exec("BEGIN IMMEDIATE"))
        try {
          const result = await transaction(writeSql)
          writer.exec("COMMIT")
          return result
        } catch (error) {
          // Some failures, a full disk say, have rolled it back already.
          if (writer.inTransaction) writer.exec("ROLLBACK")
          throw error
        }
      }),
    ping: async () => {
      refuseOtherFile(file, opened)
      reader.prepare("SELECT count(*) FROM sqlite_master").get()
    },
    close: async () => {
      await prisma.$disconnect()
      reader.close()
      await turn.run(async () => void writer.close())
      unlock()
    },
  }
}

function openFile(file: string, migrations: string): { writer: BetterSqlite3.Database; unlock: () => void } {
  let writer: BetterSqlite3.Database | undefined
  let unlock: (() => void) | undefined
  try {
    closeSync(openSync(file, "a", 0o600))
    chmodSync(file, 0o600)
    unlock = lockFile(file)
    writer = new BetterSqlite3(file)
    writer.pragma("busy_timeout = 15000")
    writer.pragma("journal_mode = WAL")
    migrateSqlite(writer, migrations)
    writer.pragma("synchronous = NORMAL")
    writer.pragma("busy_timeout = 0")
    return { writer, unlock }
  } catch (cause) {
    writer?.close()
    unlock?.()
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

/** Another process may have the file for a moment. */
async function whenFree<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (!isLocked(error) || attempt >= LOCKED_RETRIES) throw error
      await sleep(LOCKED_PAUSE_MS)
    }
  }
}

function isLocked(error: unknown): boolean {
  return error instanceof BetterSqlite3.SqliteError && error.code.startsWith("SQLITE_BUSY")
}
