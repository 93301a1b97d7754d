import pg from "pg"

export interface ConnectionSettings {
  pool: pg.PoolConfig
  /** Where it leads, for messages: host, port and name, never the password. */
  place: string
  database: string
  user: string
}

const CONNECT_TIMEOUT_MS = 10_000

/** Reads a `postgresql://` address. Throws without repeating it: it holds a password. */
export function readConnectionSettings(url: string): ConnectionSettings {
  const pool: pg.PoolConfig = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    application_name: "plimsoll",
    // All tables are in one schema, whatever the role's own search path says.
    options: "-c search_path=public -c client_min_messages=warning -c timezone=UTC",
  }
  const { host, port, database, user } = describe(pool)
  if (!database) throw new Error("DATABASE_URL names no database. Write it as postgresql://USER:PASSWORD@HOST:5432/DATABASE")
  return {
    pool,
    place: `“${database}” at ${host.startsWith("/") ? `${host} (port ${port})` : `${host}:${port}`}`,
    database,
    user: user ?? "",
  }
}

function describe(pool: pg.PoolConfig) {
  try {
    return new pg.Client(pool)
  } catch {
    throw new Error("DATABASE_URL is no address of a PostgreSQL database. Write it as postgresql://USER:PASSWORD@HOST:5432/DATABASE")
  }
}
