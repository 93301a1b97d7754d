/** 25006 is PostgreSQL's (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const CODES: ReadonlySet<unknown> = new Set(["SQLITE_READONLY", "EROFS", "25006"])

/** True for an error of database or file system that says, itself or in what caused it, that what is there can be read and not written. */
export function isDiskReadOnly(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    if ("code" in cause && CODES.has(cause.code)) return true
    // Prisma puts the driver's error into its text alone.
    if (/SQLITE_READONLY|attempt to write a readonly database|Read-only file system/.test(cause.message)) return true
  }
  return false
}
