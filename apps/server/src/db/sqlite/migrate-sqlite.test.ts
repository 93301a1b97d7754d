import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import BetterSqlite3 from "better-sqlite3"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { migrateSqlite } from "./migrate-sqlite.js"

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

describe("migrateSqlite", () => {
  it("applies in order what is missing, once", () => {
    write("002_b", "ALTER TABLE a ADD COLUMN y")
    write("001_a", "CREATE TABLE a (x)")
    expect(migrateSqlite(connection, directory)).toEqual(["001_a", "002_b"])
    write("003_c", "CREATE TABLE c (x)")
    expect(migrateSqlite(connection, directory)).toEqual(["003_c"])
    expect(migrateSqlite(connection, directory)).toEqual([])
  })

  it("changes nothing when one of them fails", () => {
    write("001_a", "CREATE TABLE a (x)")
    write("002_b", "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)")
    expect(() => migrateSqlite(connection, directory)).toThrow("nowhere")
    expect(tables()).toEqual([])
  })

  it("refuses a database from a newer version, and an edited migration", () => {
    write("001_a", "CREATE TABLE a (x)")
    migrateSqlite(connection, directory)
    write("001_a", "CREATE TABLE a (x, y)")
    expect(() => migrateSqlite(connection, directory)).toThrow("edited")
    rmSync(join(directory, "001_a"), { recursive: true })
    expect(() => migrateSqlite(connection, directory)).toThrow("does not know")
  })

  it("refuses one that leaves rows which refer to nothing", () => {
    write("001_a", "CREATE TABLE a (id INTEGER PRIMARY KEY); CREATE TABLE b (a REFERENCES a (id)); INSERT INTO b VALUES (7)")
    expect(() => migrateSqlite(connection, directory)).toThrow("refer to nothing")
  })
})
