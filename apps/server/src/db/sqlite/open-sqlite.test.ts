import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { openDatabase } from "../open-database.js"

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "plimsoll-open-"))
})
afterEach(() => rmSync(directory, { recursive: true }))

describe("a database in a file", async () => {
  it("brings an empty file to the schema that Prisma's client expects", async () => {
    const database = await openDatabase(`file:${join(directory, "console.db")}`)
    try {
      await database.ping()
      expect(await database.prisma.user.count()).toBe(0)
      expect(await database.prisma.event.count()).toBe(0)
      expect(await database.prisma.metricMinute.count()).toBe(0)
    } finally {
      await database.close()
    }
  })

  it("says so when the file is no database", async () => {
    writeFileSync(join(directory, "console.db"), "this is not a database, but long enough to be looked at as one ".repeat(20))
    await expect(openDatabase(`file:${join(directory, "console.db")}`)).rejects.toThrow("file is not a database")
  })

  it("says how to go on without a file that is damaged", async () => {
    const file = join(directory, "console.db")
    writeFileSync(file, Buffer.alloc(8192, "not a database"))
    await expect(openDatabase(`file:${file}`)).rejects.toThrow(`Start with a new one: mv ${file} ${file}.damaged`)
  })

  it("does not advise to give up one that is whole but out of reach", async () => {
    const file = join(directory, "nowhere", "console.db")
    await expect(openDatabase(`file:${file}`)).rejects.toThrow(/cannot be used: ENOENT[^\n]*no container\.$/)
  })

  it("notices that its file was taken away, whose writes would be lost", async () => {
    const file = join(directory, "console.db")
    const database = await openDatabase(`file:${file}`)
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

  it("is one console's at a time, also after it was killed", async () => {
    const url = `file:${join(directory, "console.db")}`
    const first = await openDatabase(url)
    await expect(openDatabase(url)).rejects.toThrow("another console")
    await expect(openDatabase(url)).rejects.toThrow("another console")
    await first.close()
    const script = `import(${JSON.stringify(import.meta.resolve("better-sqlite3"))}).then(({ default: Sqlite }) => {
      globalThis.held = new Sqlite(${JSON.stringify(`${join(directory, "console.db")}-lock`)}); held.exec("BEGIN EXCLUSIVE")
      console.log("locked"); setInterval(() => {}, 1000) })`
    const other = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] })
    await once(other.stdout, "data")
    await expect(openDatabase(url)).rejects.toThrow("another console")
    other.kill("SIGKILL")
    await once(other, "exit")
    await (await openDatabase(url)).close()
  })
})
