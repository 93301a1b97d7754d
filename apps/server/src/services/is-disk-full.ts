/** True for an error of database or file system that says, itself or in what caused it, that there is no space left. */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 8; cause = cause.cause, depth++) {
    if ("code" in cause && (cause.code === "SQLITE_FULL" || cause.code === "ENOSPC" || cause.code === "EDQUOT")) return true
    // Prisma puts the driver's error into its text alone.
    if (/SQLITE_FULL|database or disk is full/.test(cause.message)) return true
  }
  return false
}
