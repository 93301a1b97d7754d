import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import BetterSqlite3 from "better-sqlite3"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { applyMigrations } from "./apply-migrations.js"
import { openDatabase } from "./open-database.js"

let directory: string
let connection: BetterSqlite3.Database
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "plimsoll-migrations-"))
  connection = new BetterSqlite3(":memory:")
})
afterEach(() => {
  connection.close()
  rmSync(directory, { recursive: true })
})

function write(name: string, sql: string) {
  mkdirSync(join(directory, name), { recursive: true })
  writeFileSync(join(directory, name, "migration.sql"), sql)
}
const tables = () =>
  connection
    .prepare<[], { name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\' ORDER BY name")
    .all()
    .map(({ name }) => name)

describe("applyMigrations", () => {
  it("applies in order what is missing, once", () => {
    write("002_b", "ALTER TABLE a ADD COLUMN y")
    write("001_a", "CREATE TABLE a (x)")
    expect(applyMigrations(connection, directory)).toEqual(["001_a", "002_b"])
    write("003_c", "CREATE TABLE c (x)")
    expect(applyMigrations(connection, directory)).toEqual(["003_c"])
    expect(applyMigrations(connection, directory)).toEqual([])
  })

  it("changes nothing when one of them fails", () => {
    write("001_a", "CREATE TABLE a (x)")
    write("002_b", "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)")
    expect(() => applyMigrations(connection, directory)).toThrow("nowhere")
    expect(tables()).toEqual([])
  })

  it("refuses a database from a newer version, and an edited migration", () => {
    write("001_a", "CREATE TABLE a (x)")
    applyMigrations(connection, directory)
    write("001_a", "CREATE TABLE a (x, y)")
    expect(() => applyMigrations(connection, directory)).toThrow("edited")
    rmSync(join(directory, "001_a"), { recursive: true })
    expect(() => applyMigrations(connection, directory)).toThrow("does not know")
  })

  it("refuses one that leaves rows which refer to nothing", () => {
    write("001_a", "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a (id)); INSERT INTO b VALUES (7)")
    expect(() => applyMigrations(connection, directory)).toThrow("refer to nothing")
  })
})

describe("openDatabase", () => {
  it("brings an empty file to the schema that Prisma's client expects", async () => {
    const database = openDatabase(`file:${join(directory, "console.db")}`)
    try {
      await database.ping()
      expect(await database.prisma.user.count()).toBe(0)
      expect(await database.prisma.event.count()).toBe(0)
      expect(await database.prisma.metricMinute.count()).toBe(0)
    } finally {
      await database.close()
    }
  })

  it("says so when the file is no database", () => {
    writeFileSync(join(directory, "console.db"), "this is not a database, but long enough to be looked at as one ".repeat(20))
    expect(() => openDatabase(`file:${join(directory, "console.db")}`)).toThrow("file is not a database")
  })

  it("says how to go on without a file that is damaged", () => {
    const file = join(directory, "console.db")
    writeFileSync(file, Buffer.alloc(8192, "not a database"))
    expect(() => openDatabase(`file:${file}`)).toThrow(`Start with a new one: mv ${file} ${file}.damaged`)
  })

  it("does not advise to give up one that is whole but out of reach", () => {
    const file = join(directory, "nowhere", "console.db")
    expect(() => openDatabase(`file:${file}`)).toThrow(/cannot be used: ENOENT[^\n]*no container\.$/)
  })

  it("notices that its file was taken away, whose writes would be lost", async () => {
    const file = join(directory, "console.db")
    const database = openDatabase(`file:${file}`)
    try {
      await database.ping()
      renameSync(file, `${file}.away`)
      await expect(database.ping()).rejects.toThrow("was moved, deleted or replaced")
      writeFileSync(file, "")
      await expect(database.ping()).rejects.toThrow("was moved, deleted or replaced")
      renameSync(`${file}.away`, file)
      await database.ping()
    } finally {
      await database.close()
    }
  })
})
