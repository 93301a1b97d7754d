import type { ConnectionSettings } from "./connection-settings.js"

const AWAY = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPIPE",
])

/** True when another try may succeed: nobody listens, it starts or stops, all its connections are taken, or the connection broke. */
export function isAway(error: unknown): boolean {
  const code = codeOf(error)
  // https://www.postgresql.org/docs/current/errcodes-appendix.html: classes 08 and 57P, and too_many_connections
  if (/^08|^57P|^53300$/.test(code) || AWAY.has(code)) return true
  return error instanceof Error && /Connection terminated|timeout exceeded when trying to connect|connection timeout/i.test(error.message)
}

/** Asks to be run anew: serialization failure and deadlock. */
export function isConflict(error: unknown): boolean {
  return ["40001", "40P01"].includes(codeOf(error))
}

/** What went wrong, in words that say what to do. The cause is left out: what the driver says may hold the address. */
export function connectionFailure(error: unknown, { place, database, user }: ConnectionSettings): Error {
  const code = codeOf(error)
  const prefix = `The database ${place} cannot be used: `
  const suffix = " Without it there are no sign-ins and no history, but containers go on."
  if (code === "28P01" || code === "28000")
    return new Error(
      `${prefix}PostgreSQL does not let “${user}” in. Look at user and password in DATABASE_URL, and at pg_hba.conf.${suffix}`,
    )
  if (code === "3D000")
    return new Error(
      `${prefix}there is no such database. Make it: CREATE DATABASE "${database}" OWNER "${user}" ENCODING 'UTF8' TEMPLATE template0${suffix}`,
    )
  if (code === "42501")
    return new Error(
      `${prefix}“${user}” may not make tables there. Make it the owner: ALTER DATABASE "${database}" OWNER TO "${user}"${suffix}`,
    )
  if (isAway(error))
    return new Error(
      `${prefix}PostgreSQL does not answer (${code || messageOf(error)}). Start it, or correct host and port in DATABASE_URL.${suffix}`,
    )
  return new Error(`${prefix}${messageOf(error).replace(/\.?$/, ".")}${suffix}`)
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0])
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
