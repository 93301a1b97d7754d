import { setTimeout as sleep } from "node:timers/promises"
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest"
import { type PostgresqlServer, startPostgresql, withClient } from "../../testing/postgresql-server.js"
import { type Database, openDatabase } from "../open-database.js"

// A server of its own: it is halted in the middle.
let server: PostgresqlServer
const opened: Database[] = []
beforeAll(async () => {
  server = await startPostgresql()
})
afterAll(async () => {
  for (const database of opened) await database.close().catch(() => undefined)
  await server.remove()
})

async function open(url: string): Promise<Database> {
  const database = await openDatabase(url, { waitMs: 0 })
  opened.push(database)
  return database
}
const byTcp = (database: string, { user = "postgres", password = server.password } = {}) =>
  `postgresql://${user}:${password}@127.0.0.1:${server.port}/${database}`
const put = 'INSERT INTO setting ("key", "value", "changedAt") VALUES (?, ?, ?)'

describe("a PostgreSQL that cannot be used", () => {
  it("is named with what to do, and never with the password", async () => {
    const wrong: [string, RegExp][] = [
      [byTcp("postgres", { password: "hunter2-secret" }), /does not let “postgres” in.*DATABASE_URL/],
      [byTcp("nowhere"), /no such database.*CREATE DATABASE "nowhere" OWNER "postgres"/],
      [`postgresql://u:hunter2-secret@127.0.0.1:1/d`, /does not answer \(ECONNREFUSED\).*Start it/],
      [`postgresql://u:hunter2-secret@no-such-host.invalid/d`, /does not answer/],
      [`postgresql://u:hunter2-secret@[/d`, /no address of a PostgreSQL/],
    ]
    for (const [url, words] of wrong) {
      const error = await openDatabase(url, { waitMs: 0 }).then(
        () => new Error("it opened"),
        (failure: Error) => failure,
      )
      expect(error.message).toMatch(words)
      expect(JSON.stringify([error, error.message, error.stack, String(error.cause)])).not.toMatch(new RegExp(`hunter2|${server.password}`))
    }
  })

  it("is refused for another encoding, and when its user may make no tables", async () => {
    await withClient(server.url("postgres"), async (client) => {
      await client.query("CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'")
      await client.query("CREATE DATABASE others TEMPLATE template0")
      await client.query(`CREATE ROLE guest LOGIN PASSWORD '${server.password}'`)
    })
    await withClient(server.url("others"), (client) => client.query("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    await expect(openDatabase(server.url("latin"), { waitMs: 0 })).rejects.toThrow(/encoding is LATIN1.*ENCODING 'UTF8'/)
    await expect(openDatabase(byTcp("others", { user: "guest" }), { waitMs: 0 })).rejects.toThrow(
      /may not make tables.*ALTER DATABASE "others" OWNER/,
    )
  })

  it("is waited for while it starts", async () => {
    const url = await server.createDatabase({ empty: true })
    await server.halt()
    const opening = openDatabase(url, { waitMs: 20_000 })
    await sleep(600)
    await server.start()
    await (await opening).close()
  })
})

describe("a database in PostgreSQL", () => {
  it("is brought from nothing to the schema by two at once, one of whom then has it", async () => {
    const url = await server.createDatabase({ empty: true })
    const results = await Promise.allSettled([openDatabase(url, { waitMs: 0 }), openDatabase(url, { waitMs: 0 })])
    const [first] = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []))
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"])
    expect(await first?.prisma.user.count()).toBe(0)
    await first?.close()
  })

  it("is left as it was by a migration that fails, and refused when it is from a newer version", async () => {
    const url = await server.createDatabase()
    await withClient(url, (client) =>
      client.query(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at) VALUES ('x', 'x', '29990101_future', now())",
      ),
    )
    await expect(openDatabase(url, { waitMs: 0 })).rejects.toThrow("which this version does not know")
    const taken = await server.createDatabase({ empty: true })
    await withClient(taken, (client) => client.query("CREATE TABLE tenant (other text)"))
    await expect(openDatabase(taken, { waitMs: 0 })).rejects.toThrow(/already exists/)
    const { rows } = await withClient(taken, (client) => client.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
    expect(rows).toEqual([{ tablename: "tenant" }])
  })

  it("has every column of text ordered by bytes: a later migration has to say so too", async () => {
    const { rows } = await withClient(await server.createDatabase(), (client) =>
      client.query(`SELECT table_name, column_name FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type = 'text' AND table_name <> '_prisma_migrations' AND collation_name IS DISTINCT FROM 'C'`),
    )
    expect(rows).toEqual([])
  })

  it("comes back by itself after the server was away, and says meanwhile that it is away", async () => {
    const database = await open(await server.createDatabase())
    await database.write((sql) => sql.run(put, ["before", "1", 1]))
    const broken = database.write(async (sql) => {
      await sql.run(put, ["during", "1", 1])
      await server.halt()
      await sql.run(put, ["during2", "1", 1])
    })
    await expect(broken).rejects.toThrow()
    await expect(database.ping()).rejects.toThrow(/is away/)
    await server.start()
    await vi.waitFor(() => database.ping(), { timeout: 10_000, interval: 100 })
    await database.write((sql) => sql.run(put, ["after", "1", 1]))
    expect((await database.prisma.setting.findMany({ orderBy: { key: "asc" } })).map(({ key }) => key)).toEqual(["after", "before"])
  })

  it("goes to another console only when the first has lost it, which then touches nothing any more", async () => {
    const url = await server.createDatabase()
    const first = await open(url)
    await expect(openDatabase(url, { waitMs: 0 })).rejects.toThrow("another console")
    const name = /\/(\w+)\?/.exec(url)?.[1]
    // Takes the lock at the very moment at which the first loses it.
    await withClient(url, async (client) => {
      const taken = client.query("SELECT pg_advisory_lock(1347177555)")
      await vi.waitFor(() =>
        withClient(server.url("postgres"), (admin) =>
          admin.query(
            `SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
              WHERE l.locktype = 'advisory' AND l.granted AND d.datname = $1`,
            [name],
          ),
        ),
      )
      await taken
      await vi.waitFor(() => expect(first.ping()).rejects.toThrow("another console"), { timeout: 5000 })
      await expect(first.prisma.setting.count()).rejects.toThrow("another console")
      await expect(first.write((sql) => sql.run(put, ["x", "1", 1]))).rejects.toThrow("another console")
    })
    await vi.waitFor(() => first.ping(), { timeout: 5000 })
    expect(await first.prisma.setting.count()).toBe(0)
  })

  it("runs a transaction anew that met a deadlock", async () => {
    const url = await server.createDatabase()
    const database = await open(url)
    for (const key of ["a", "b"]) await database.sql.run(put, [key, "0", 1])
    let runs = 0
    await withClient(url, async (client) => {
      await client.query("SET deadlock_timeout = '10s'")
      await client.query("BEGIN")
      await client.query(`UPDATE setting SET "value" = 'other' WHERE "key" = 'a'`)
      let other: Promise<unknown> | undefined
      const own = database.write(async (sql) => {
        runs++
        await sql.run(`UPDATE setting SET "value" = 'own' WHERE "key" = 'b'`)
        other ??= client.query(`UPDATE setting SET "value" = 'other' WHERE "key" = 'b'`).then(() => client.query("COMMIT"))
        await sql.run(`UPDATE setting SET "value" = 'own' WHERE "key" = 'a'`)
      })
      await own
      await other
    })
    expect(runs).toBe(2)
    expect(await database.sql.all('SELECT "value" FROM setting')).toEqual([{ value: "own" }, { value: "own" }])
  })
})
