import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { besideConsole, type TemporaryDatabase, temporaryDatabase } from "../testing/temporary-database.js"
import { listTables } from "./catalog.js"
import { openDatabase } from "./open-database.js"

let temporary: TemporaryDatabase
beforeEach(async () => {
  temporary = await temporaryDatabase()
})
afterEach(() => temporary.remove())

const put = 'INSERT INTO setting ("key", "value", "changedAt") VALUES (?, ?, ?)'
const keys = async () =>
  (await temporary.database.sql.all<{ key: string }>('SELECT "key" FROM setting ORDER BY "key"')).map(({ key }) => key)

describe("a database", () => {
  it("is brought to the schema that Prisma's client expects, and has every table once opened anew", async () => {
    await temporary.reopen()
    const { prisma, sql, provider } = temporary.database
    await temporary.database.ping()
    expect(await prisma.user.count()).toBe(0)
    expect(await prisma.metricMinute.count()).toBe(0)
    const tables = await listTables(sql, provider)
    expect(tables.map(({ name }) => name).sort()).toEqual([
      ...[
        "account",
        "api_token",
        "event",
        "host",
        "invitation",
        "journal_position",
        "meter_counter",
        "meter_hour",
        "metric_mark",
        "metric_minute",
      ],
      ...[
        "metric_quarter",
        "metric_subject",
        "passkey",
        "password_reset",
        "plan",
        "registry",
        "session",
        "setting",
        "tenant",
        "two_factor",
      ],
      ...["use_ring", "user", "verification"],
    ])
    for (const { refersTo, name } of tables)
      for (const other of refersTo)
        expect(tables.findIndex((table) => table.name === other)).toBeLessThan(tables.findIndex((table) => table.name === name))
  })

  it("writes a transaction whole or not at all", async () => {
    const { database } = temporary
    const failing = database.write(async (sql) => {
      await sql.run(put, ["a", "1", 1])
      throw new Error("in the middle")
    })
    await expect(failing).rejects.toThrow("in the middle")
    expect(await keys()).toEqual([])
    const refused = database.write(async (sql) => {
      await sql.run(put, ["a", "1", 1])
      await sql.run(put, ["a", "2", 1])
    })
    await expect(refused).rejects.toThrow(/unique/i)
    expect(await keys()).toEqual([])
    expect(await database.write((sql) => sql.run(put, ["a", "1", 1]))).toEqual({ changes: 1 })
    expect(await keys()).toEqual(["a"])
  })

  it("shows nobody half of a transaction, and lets transactions in one after the other, Prisma's among them", async () => {
    const { database } = temporary
    const order: string[] = []
    const first = database.write(async (sql) => {
      await sql.run(put, ["a", "1", 1])
      await sleep(30)
      expect(await keys()).not.toContain("a")
      expect(await sql.all(`SELECT "value" FROM setting WHERE "key" = 'a'`)).toEqual([{ value: "1" }])
      order.push("first")
    })
    const second = database.write(async (sql) => {
      await sql.run(put, ["b", "1", 1])
      order.push("second")
    })
    const third = database.prisma.setting.create({ data: { key: "c", value: "1", changedAt: 1 } })
    const both = database.prisma.$transaction(async (transaction) => {
      await transaction.setting.create({ data: { key: "d", value: "1", changedAt: 1 } })
      await sleep(10)
      await transaction.setting.create({ data: { key: "e", value: "1", changedAt: 1 } })
    })
    await Promise.all([first, second, third, both])
    expect(order).toEqual(["first", "second"])
    expect(await keys()).toEqual(["a", "b", "c", "d", "e"])
  })

  it("is busy for no longer than it takes: 200 writers of both kinds at once all get through", async () => {
    const { database } = temporary
    await Promise.all(
      Array.from({ length: 200 }, (_, index) => {
        const key = String(index).padStart(3, "0")
        return index % 2 === 0
          ? database.write((sql) => sql.run(put, [key, "1", index]))
          : database.prisma.setting.create({ data: { key, value: "1", changedAt: index } })
      }),
    )
    expect((await keys()).length).toBe(200)
  })

  it("gives whole numbers as numbers, bytes as buffers, sums as numbers, and takes what is no text of its own for what it can hold", async () => {
    const { sql, prisma } = temporary.database
    await sql.run('INSERT INTO metric_subject ("scope", "key") VALUES (?, ?)', ["host", "a"])
    const [{ id } = { id: 0 }] = await sql.all<{ id: number }>("SELECT id FROM metric_subject")
    await sql.run('INSERT INTO metric_minute ("subjectId", "at", "samples", "figures") VALUES (?, ?, ?, ?)', [
      id,
      2 ** 45,
      60,
      Buffer.from([0, 255]),
    ])
    expect(await sql.all('SELECT "at", "samples", "figures" FROM metric_minute')).toEqual([
      { at: 2 ** 45, samples: 60, figures: Buffer.from([0, 255]) },
    ])
    expect(await sql.all('SELECT count(*) AS "n", sum("at") AS "sum" FROM metric_minute')).toEqual([{ n: 1, sum: 2 ** 45 }])
    // A name that somebody typed at the sign-in, say: no reason for a 500.
    expect(await prisma.user.findFirst({ where: { username: "a\0b" } })).toBeNull()
    await sql.run(put, ["nul\0", "1", 1])
    expect((await keys())[0]).toMatch(/^nul/)
  })

  it("orders text by its bytes, whatever the language of the database", async () => {
    const { database } = temporary
    for (const key of ["ä", "b", "B", "a", "A", "_"]) await database.sql.run(put, [key, "1", 1])
    expect(await keys()).toEqual(["A", "B", "_", "a", "b", "ä"])
    const rows = await database.prisma.setting.findMany({ orderBy: { key: "asc" } })
    expect(rows.map(({ key }) => key)).toEqual(["A", "B", "_", "a", "b", "ä"])
  })

  it("is one console's at a time", async () => {
    await expect(openDatabase(temporary.url, { waitMs: 0 })).rejects.toThrow("another console")
    await temporary.reopen()
    await expect(openDatabase(temporary.url, { waitMs: 0 })).rejects.toThrow("another console")
  })

  it("waits for another writer", async () => {
    const begin = temporary.database.provider === "sqlite" ? ["BEGIN IMMEDIATE"] : ["BEGIN", "LOCK TABLE setting IN EXCLUSIVE MODE"]
    let written: Promise<unknown> | undefined
    await besideConsole(temporary.url, async (sql) => {
      for (const statement of begin) await sql.run(statement)
      written = temporary.database.write((own) => own.run(put, ["a", "1", 1]))
      await sleep(50)
      await sql.run("COMMIT")
    })
    await written
    expect(await keys()).toEqual(["a"])
  })
})
