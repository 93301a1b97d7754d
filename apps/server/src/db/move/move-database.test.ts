import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, inject, it } from "vitest"
import { data, signedIn } from "../../testing/browser.js"
import { GOOD_PASSWORD, joinAs, makeTenant } from "../../testing/make-tenant.js"
import { borrowDatabase, giveBackDatabase } from "../../testing/postgresql-server.js"
import { besideConsole } from "../../testing/temporary-database.js"
import { tenantEngine } from "../../testing/tenant-engine.js"
import { startTestServer } from "../../testing/test-server.js"
import { listTables } from "../catalog.js"
import { openDatabase, providerOf } from "../open-database.js"
import { moveDatabase } from "./move-database.js"
import { readRows } from "./rows.js"

let directory: string
let file: string
let postgresql: string
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "plimsoll-move-"))
  file = `file:${join(directory, "console.db")}`
  postgresql = await borrowDatabase(inject("postgresql"))
})
afterEach(async () => {
  await giveBackDatabase(postgresql)
  rmSync(directory, { recursive: true })
})

/** Everything that is in a database, table by table. */
function dump(url: string): Promise<Record<string, unknown[]>> {
  return besideConsole(url, async (sql) => {
    const all: Record<string, unknown[]> = {}
    for (const table of await listTables(sql, providerOf(url))) {
      const rows: unknown[] = []
      const names = table.columns.map(({ name }) => name)
      for await (const page of readRows(sql, table))
        rows.push(
          ...page.map((row) =>
            Object.fromEntries(names.map((name, place) => [name, row[place]] as const).sort(([a], [b]) => (a < b ? -1 : 1))),
          ),
        )
      all[table.name] = rows
    }
    return all
  })
}

/** Something of each kind of value, more rows than a page has, and numbers that are gone already. */
async function fill(url: string) {
  const database = await openDatabase(url)
  const { prisma } = database
  const at = new Date("2026-11-27T15:23:27.042Z")
  await prisma.plan.create({ data: { id: "p", name: "Small", terms: '{"a":"ü\\u0000"}', createdAt: 2 ** 45, changedAt: 1 } })
  await prisma.tenant.create({ data: { name: "acme", title: "Acmé ☃ 'quoted'", planId: "p", createdAt: 1 } })
  await prisma.user.create({
    data: { id: "u", name: "Ann", email: "ann@x", emailVerified: true, username: "ann", tenantName: "acme", createdAt: at, updatedAt: at },
  })
  await prisma.session.create({
    data: { id: "s", token: "t", userId: "u", expiresAt: at, createdAt: at, updatedAt: at, lookAsWrite: true },
  })
  await prisma.registry.create({ data: { registry: "r.test", plainHttp: true, mirrors: "[]", changedAt: 1 } })
  await prisma.meterHour.create({
    data: { tenant: "acme", at: 0, memorySoldByteHours: 0.1 + 0.2, cpuUsedCoreHours: 1e-300, receivedBytes: 2 ** 53 - 1 },
  })
  const subject = await prisma.metricSubject.create({ data: { scope: "host", key: "local" } })
  await prisma.metricMinute.create({ data: { subjectId: subject.id, at: 60_000, samples: 60, figures: Buffer.from([0, 1, 254, 255]) } })
  const event = (cursor: number) => ({
    engineCursor: cursor,
    at: cursor,
    kind: "audit",
    action: "x",
    objectId: "o",
    name: "n",
    tenant: "acme",
    attributes: "{}",
  })
  await prisma.event.createMany({ data: Array.from({ length: 1203 }, (_, index) => event(index)) })
  await prisma.event.deleteMany({ where: { cursor: { gt: 1200 } } })
  await database.close()
}

async function nextCursor(url: string): Promise<number> {
  const database = await openDatabase(url)
  const data = { engineCursor: 10_000, at: 1, kind: "audit", action: "x", objectId: "o", name: "n", tenant: "t", attributes: "{}" }
  const { cursor } = await database.prisma.event.create({ data })
  await database.prisma.event.delete({ where: { cursor } })
  await database.close()
  return cursor
}

describe("moving a database", () => {
  it("there and back gives the same rows, values, ids and numbering", async () => {
    await fill(file)
    const before = await dump(file)
    expect(before["event"]).toHaveLength(1200)
    const moved = await moveDatabase({ from: file, to: postgresql })
    expect(moved.find(({ table }) => table === "event")).toMatchObject({ rows: 1200, checksum: expect.stringMatching(/^[0-9a-f]{16}$/) })
    expect(await dump(postgresql)).toEqual(before)
    const back = `file:${join(directory, "back.db")}`
    expect(await moveDatabase({ from: postgresql, to: back })).toEqual(moved)
    expect(await dump(back)).toEqual(before)
    // Prisma reads times and truths on both sides as it wrote them.
    for (const url of [postgresql, back]) {
      const database = await openDatabase(url)
      expect(await database.prisma.session.findFirst()).toMatchObject({
        expiresAt: new Date("2026-11-27T15:23:27.042Z"),
        lookAsWrite: true,
      })
      expect(await database.prisma.metricMinute.findFirst()).toMatchObject({ at: 60_000n, figures: expect.objectContaining({ length: 4 }) })
      await database.close()
    }
    // A cursor that was given and is gone does not come again.
    expect(await nextCursor(postgresql)).toBe(1204)
    expect(await nextCursor(back)).toBe(1204)
  })

  it("refuses a target that has anything, unless it is to be replaced, and a source that is not there or the same", async () => {
    await fill(file)
    const target = await openDatabase(postgresql)
    await target.prisma.setting.create({ data: { key: "mine", value: "1", changedAt: 1 } })
    await target.close()
    await expect(moveDatabase({ from: file, to: postgresql })).rejects.toThrow("not empty: it has rows in setting")
    expect((await dump(postgresql))["setting"]).toHaveLength(1)
    await moveDatabase({ from: file, to: postgresql, replace: true })
    expect(await dump(postgresql)).toEqual(await dump(file))
    await expect(moveDatabase({ from: file, to: file })).rejects.toThrow("same database")
    await expect(moveDatabase({ from: `file:${join(directory, "none.db")}`, to: postgresql })).rejects.toThrow("There is no database")
    await expect(moveDatabase({ from: "console.db", to: postgresql })).rejects.toThrow("absolute path")
  })

  it("refuses while a console uses either", async () => {
    await fill(file)
    for (const url of [file, postgresql]) {
      const console = await openDatabase(url)
      await expect(moveDatabase({ from: file, to: postgresql })).rejects.toThrow("another console")
      await console.close()
    }
    await moveDatabase({ from: file, to: postgresql })
  })

  it("that fails in the middle leaves the target as it was", async () => {
    await fill(file)
    const target = await openDatabase(postgresql)
    await target.prisma.setting.create({ data: { key: "mine", value: "1", changedAt: 1 } })
    await target.sql.run(`ALTER TABLE "user" ADD CONSTRAINT in_the_way CHECK (username <> 'ann')`)
    await target.close()
    const before = await dump(postgresql)
    try {
      await expect(moveDatabase({ from: file, to: postgresql, replace: true })).rejects.toThrow("in_the_way")
      expect(await dump(postgresql)).toEqual(before)
    } finally {
      await besideConsole(postgresql, (sql) => sql.run(`ALTER TABLE "user" DROP CONSTRAINT in_the_way`))
    }
  })

  it("keeps everybody signed in: sessions, tokens and passwords are good at the console that starts on it", async () => {
    const server = await startTestServer({ openEngine: async () => tenantEngine(), databaseUrl: file })
    const operator = await signedIn(server)
    await makeTenant(operator, "acme")
    const anna = await joinAs(server, { inviter: operator, username: "anna", role: "owner", tenant: "acme" })
    const { token } = data<{ token: string }>(await anna.mutate("tokens.create", { name: "ci", scope: "write", expiresAt: null }))
    await server.stop()
    await moveDatabase({ from: file, to: postgresql })
    try {
      await server.restart({ databaseUrl: postgresql })
      expect(data(await anna.query("session.me"))).toMatchObject({ username: "anna", role: "owner", tenant: "acme" })
      expect((await server.query("session.me", undefined, { authorization: `Bearer ${token}` })).status).toBe(200)
      expect((await anna.signIn("anna", GOOD_PASSWORD)).status).toBe(200)
      expect((await anna.signIn("anna", "a wrong password")).status).toBe(401)
    } finally {
      await server.remove()
    }
  })
})
