/** 53100 is PostgreSQL's (https://www.postgresql.org/docs/current/errcodes-appendix.html). */
const CODES: ReadonlySet<unknown> = new Set(["SQLITE_FULL", "ENOSPC", "EDQUOT", "53100"])

/** True for an error of database or file system that says, itself or in what caused it, that there is no space left. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    if ("code" in cause && CODES.has(cause.code)) return true
    // Prisma puts the driver's error into its text alone.
    if (/SQLITE_FULL|database or disk is full|No space left on device/.test(cause.message)) return true
  }
  return false
}
