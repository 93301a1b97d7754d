import type { PrismaClient } from "./generated/sqlite/client.js"
import type { Sql } from "./sql.js"

export type { PrismaClient }

export type Provider = "sqlite" | "postgresql"

/** The console's database: Prisma for what people look at, SQL by hand for what is written in bulk each second. One console uses it at a time. */
export interface Database {
  provider: Provider
  /** Of both databases the same; the few things in which they differ are asked of `provider`. */
  prisma: PrismaClient
  /** Each statement by itself. It sees nothing of a transaction that is under way. */
  sql: Sql
  /**
   * Runs the function as one transaction; all or nothing. One at a time, so that what is numbered in it is seen in the order of the numbers. The function
   * may use only what it is given, not `prisma`; it is run anew when the database asks for that. Another writer is waited for without
   * holding up the event loop. Rejects with what the function throws, or when the database stays locked.
   */
  write<T>(transaction: (sql: Sql) => Promise<T>): Promise<T>
  /** Rejects when the database does not answer, is another console's by now, or when its file is not the one that was opened. */
  ping(): Promise<void>
  close(): Promise<void>
}

export interface OpenOptions {
  /** Where the migrations are; default: this build's. */
  migrations?: string
  /** How long a PostgreSQL that is away or still in use is waited for. */
  waitMs?: number
}
