import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { EventRecord } from "../../contract/events.js"
import { fakeEngine } from "../../testing/fake-engine.js"
import { type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import { createEventLog, type RunningEventLog } from "./create-event-log.js"
import { createEventJournal, localSource, sourceOfHost } from "./event-journal.js"
import { exportEvents } from "./export-events.js"

let temporary: TemporaryDatabase
const logs: RunningEventLog[] = []

beforeEach(async () => {
  temporary = await temporaryDatabase()
})
afterEach(async () => {
  for (const log of logs.splice(0)) log.close()
  await temporary.remove()
})

function openLog(database = temporary.database) {
  const errors: unknown[] = []
  const log = createEventLog({ database, journal: createEventJournal(database), onError: (error) => errors.push(error) })
  logs.push(log)
  return { log, errors }
}

async function take(source: AsyncIterable<EventRecord>, count: number): Promise<EventRecord[]> {
  const records: EventRecord[] = []
  for await (const record of source) {
    records.push(record)
    if (records.length === count) break
  }
  return records
}

const everything = { after: 0, filters: {}, signal: new AbortController().signal }

describe("the event log", () => {
  it("holds each event of the engine exactly once, also when the server stops and starts in between", async () => {
    const engine = fakeEngine()
    for (let index = 0; index < 700; index++) engine.emit({ action: "start", id: `c${index}` })
    const first = openLog()
    void first.log.consume(localSource, engine)
    await take(first.log.follow(everything), 700)
    first.log.close()
    for (let index = 700; index < 1000; index++) engine.emit({ action: "start", id: `c${index}` })
    const second = openLog(await temporary.reopen())
    void second.log.consume(localSource, engine)
    const records = await take(second.log.follow(everything), 1000)
    expect(records.map(({ id }) => id)).toEqual(Array.from({ length: 1000 }, (_, index) => `c${index}`))
    expect(new Set(records.map(({ cursor }) => cursor)).size).toBe(1000)
    expect([...first.errors, ...second.errors]).toEqual([])
  })

  it("adds nothing when a part of the journal is read twice", async () => {
    const journal = createEventJournal(temporary.database).of(localSource)
    const engine = fakeEngine()
    const events = [engine.emit({ action: "create" }), engine.emit({ action: "start" })]
    expect(await journal.append(events)).toBe(2)
    expect(await journal.append(events)).toBe(0)
    expect(await journal.position()).toBe(2)
  })

  it("lets 50 readers follow from where each one was, missing nothing", async () => {
    const engine = fakeEngine()
    const { log } = openLog()
    void log.consume(localSource, engine)
    for (let index = 0; index < 100; index++) engine.emit({ action: "start", id: `c${index}` })
    await take(log.follow(everything), 100)
    const readers = Array.from({ length: 50 }, (_, after) =>
      take(log.follow({ after, filters: {}, signal: new AbortController().signal }), 150 - after),
    )
    for (let index = 100; index < 150; index++) engine.emit({ action: "start", id: `c${index}` })
    for (const [after, records] of (await Promise.all(readers)).entries()) {
      expect(records.map(({ cursor }) => cursor)).toEqual(Array.from({ length: 150 - after }, (_, index) => after + index + 1))
    }
  })

  it("ends a follower on abort", async () => {
    const { log } = openLog()
    const abort = new AbortController()
    const ended = take(log.follow({ after: 0, filters: {}, signal: abort.signal }), 1)
    abort.abort()
    expect(await ended).toEqual([])
  })

  it("reads an engine that was set up anew from its beginning, beside what is known of the old one", async () => {
    const old = fakeEngine()
    for (let index = 0; index < 5; index++) old.emit({ action: "start", id: `old${index}` })
    const first = openLog()
    void first.log.consume(localSource, old)
    await take(first.log.follow(everything), 5)
    first.log.close()
    const fresh = fakeEngine()
    fresh.emit({ action: "create", id: "new0" })
    const second = openLog()
    void second.log.consume(localSource, fresh)
    const records = await take(second.log.follow(everything), 6)
    expect(records.map(({ id, cursor }) => [id, cursor]).at(-1)).toEqual(["new0", 6])
    second.log.close()
    const third = openLog()
    void third.log.consume(localSource, fresh)
    fresh.emit({ action: "start", id: "new1" })
    expect((await take(third.log.follow({ ...everything, after: 6 }), 1)).map(({ id }) => id)).toEqual(["new1"])
  })

  it("keeps the events of each host apart, also where their cursors are the same, and the console's own among them", async () => {
    const [here, there] = [fakeEngine(), fakeEngine()]
    here.emit({ action: "start", id: "a" })
    there.emit({ action: "start", id: "b" })
    const { log } = openLog()
    void log.consume(localSource, here)
    await take(log.follow(everything), 1)
    void log.consume(sourceOfHost("far"), there)
    await take(log.follow(everything), 2)
    const own = { at: 1, kind: "engine", action: "health", id: "far", name: "far", tenant: "operator", attributes: {} } as const
    await log.note(own, "far")
    await log.note(own, "far")
    const { items } = await log.list({ limit: 10 })
    expect(items.map(({ id, host }) => [id, host])).toEqual([
      ["far", "far"],
      ["far", "far"],
      ["b", "far"],
      ["a", "local"],
    ])
    expect((await log.list({ limit: 10, host: "local" })).items.map(({ id }) => id)).toEqual(["a"])
  })

  it("gives a host that was removed and one that was added after it journals of their own", async () => {
    const [old, next] = [fakeEngine(), fakeEngine()]
    old.emit({ action: "start", id: "old" })
    next.emit({ action: "start", id: "next" })
    const { log } = openLog()
    const leaving = new AbortController()
    const consumed = log.consume(sourceOfHost("one"), old, leaving.signal)
    await take(log.follow(everything), 1)
    leaving.abort()
    await consumed
    await log.forget("one")
    void log.consume(sourceOfHost("two"), next)
    expect((await take(log.follow(everything), 2)).map(({ id, host }) => [id, host])).toEqual([
      ["old", "one"],
      ["next", "two"],
    ])
  })

  it("misses nothing when the database could not be written for a while", async () => {
    const engine = fakeEngine()
    const journal = createEventJournal(temporary.database)
    const own = journal.of(localSource)
    let failures = 3
    journal.of = () => ({ ...own, append: (events) => (failures-- > 0 ? Promise.reject(new Error("disk full")) : own.append(events)) })
    const errors: unknown[] = []
    const log = createEventLog({ database: temporary.database, journal, onError: (error) => errors.push(error), retryMs: 1 })
    logs.push(log)
    void log.consume(localSource, engine)
    for (let index = 0; index < 20; index++) engine.emit({ action: "start", id: `c${index}` })
    expect((await take(log.follow(everything), 20)).map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, index) => `c${index}`))
    expect(errors).toHaveLength(3)
  })

  it("filters by kind, action, object, tenant and text, and pages in both directions", async () => {
    const engine = fakeEngine()
    engine.emit({ action: "create", id: "one", name: "web", tenant: "acme" })
    engine.emit({ action: "exit", id: "one", name: "web", tenant: "acme", attributes: { exitCode: "137" } })
    engine.emit({ action: "load", kind: "image", id: "sha256:1", name: "alpine" })
    const { log } = openLog()
    void log.consume(localSource, engine)
    await take(log.follow(everything), 3)
    const ids = async (filters: object) => (await log.list({ limit: 50, ...filters })).items.map(({ cursor }) => cursor)
    expect(await ids({})).toEqual([3, 2, 1])
    expect(await ids({ kinds: ["image"] })).toEqual([3])
    expect(await ids({ actions: ["exit", "load"] })).toEqual([3, 2])
    expect(await ids({ objectId: "one" })).toEqual([2, 1])
    expect(await ids({ tenant: "acme", actions: ["create"] })).toEqual([1])
    expect(await ids({ text: "WEB" })).toEqual([2, 1])
    expect(await ids({ text: "137" })).toEqual([2])
    const page = await log.list({ limit: 2 })
    expect(page).toMatchObject({ items: [{ cursor: 3 }, { cursor: 2 }], nextCursor: 2 })
    expect(await log.list({ limit: 2, before: 2 })).toMatchObject({ items: [{ cursor: 1 }], nextCursor: null })
    expect(await log.list({ limit: 2, after: 0 })).toMatchObject({ items: [{ cursor: 1 }, { cursor: 2 }], nextCursor: 2 })
  })

  it("forgets by age and by number, and its cursor still only grows", async () => {
    const database = temporary.database
    const journal = createEventJournal(database)
    const engine = fakeEngine()
    const events = Array.from({ length: 30 }, (_, index) => engine.emit({ action: "start", at: index }))
    const own = journal.of(localSource)
    await own.append(events)
    expect(await journal.prune({ before: 10, keepRows: 1000 })).toBe(10)
    expect(await journal.prune({ before: 0, keepRows: 5 })).toBe(15)
    expect(await journal.prune({ before: 1000, keepRows: 5 })).toBe(5)
    expect(await own.position()).toBe(30)
    await own.append([engine.emit({ action: "stop" })])
    const { log } = openLog()
    expect((await log.list({ limit: 50 })).items.map(({ cursor }) => cursor)).toEqual([31])
  })
})

describe("audits", () => {
  const audit = (actor: string, result: "done" | "refused", more: object = {}) => ({
    ...({ at: 1, kind: "audit", action: "containers.start", id: "c", name: "c", tenant: "acme", attributes: {} } as const),
    audit: { actor: { name: actor, role: "owner" as const, address: "192.0.2.1", lookingAs: null }, result },
    ...more,
  })

  it("are found by who, with what result and by what operation, among all other events", async () => {
    const engine = fakeEngine()
    engine.emit({ action: "start", id: "c", tenant: "acme" })
    const { log } = openLog()
    void log.consume(localSource, engine)
    await take(log.follow(everything), 1)
    await log.note(audit("ann", "done"), "local")
    await log.note(audit("ann", "refused", { action: "containers.stop" }), "far")
    await log.note(audit("token:ci", "done"), "local")
    const cursors = async (filters: object) => (await log.list({ limit: 50, ...filters })).items.map(({ cursor }) => cursor)
    expect(await cursors({ actor: "ann" })).toEqual([3, 2])
    expect(await cursors({ actor: "token:ci" })).toEqual([4])
    expect(await cursors({ results: ["refused"] })).toEqual([3])
    expect(await cursors({ results: ["refused", "failed", "done"], actor: "ann", actions: ["containers.start"] })).toEqual([2])
    expect(await cursors({ kinds: ["audit"], host: "far" })).toEqual([3])
    expect(await cursors({ actions: ["start"] })).toEqual([1])
    const { items } = await log.list({ limit: 1, actor: "ann" })
    expect(items[0]?.audit).toEqual({ actor: { name: "ann", role: "owner", address: "192.0.2.1", lookingAs: null }, result: "refused" })
    expect((await log.list({ limit: 1, kinds: ["container"] })).items[0]?.audit).toBeNull()
  })

  it("go by their age, and never because there are many events", async () => {
    const { log } = openLog()
    const journal = createEventJournal(temporary.database)
    const engine = fakeEngine()
    await log.note(audit("ann", "done", { at: 5 }), "local")
    await journal.of(localSource).append(Array.from({ length: 20 }, (_, index) => engine.emit({ action: "start", at: 10 + index })))
    await log.note(audit("ann", "done", { at: 50 }), "local")
    expect(await journal.prune({ before: 0, keepRows: 3 })).toBe(17)
    expect((await log.list({ limit: 50 })).items.map(({ kind, at }) => [kind, at])).toEqual([
      ["audit", 50],
      ["container", 29],
      ["container", 28],
      ["container", 27],
      ["audit", 5],
    ])
    expect(await journal.prune({ before: 6, keepRows: 3 })).toBe(1)
    expect((await log.list({ limit: 50, kinds: ["audit"] })).items.map(({ at }) => at)).toEqual([50])
  })

  it("cannot be changed in the database, nor can another event become one", async () => {
    const { log } = openLog()
    await log.note(audit("ann", "refused"), "local")
    await log.note({ at: 1, kind: "engine", action: "health", id: "h", name: "h", tenant: "operator", attributes: {} }, "local")
    const { sql, prisma } = temporary.database
    await expect(sql.run("UPDATE event SET result = 'done' WHERE kind = 'audit'")).rejects.toThrow("append-only")
    await expect(sql.run("UPDATE event SET kind = 'engine' WHERE kind = 'audit'")).rejects.toThrow("append-only")
    await expect(sql.run("UPDATE event SET kind = 'audit' WHERE kind = 'engine'")).rejects.toThrow("append-only")
    await expect(prisma.event.updateMany({ data: { actor: "bob" } })).rejects.toThrow("append-only")
    expect(await sql.run("UPDATE event SET name = 'x' WHERE kind = 'engine'")).toEqual({ changes: 1 })
    expect((await log.list({ limit: 50, actor: "ann" })).items[0]?.audit?.result).toBe("refused")
  })

  it("and all other events are exported page by page, oldest first, as far as the filters let them through", async () => {
    const engine = fakeEngine()
    const journal = createEventJournal(temporary.database).of(localSource)
    await journal.append(Array.from({ length: 1001 }, (_, index) => engine.emit({ action: index % 2 === 0 ? "start" : "stop", at: index })))
    const { log } = openLog()
    const pages: EventRecord[][] = []
    for await (const page of exportEvents(log, { actions: ["start"], from: 100, to: 899 })) pages.push(page)
    expect(pages.map(({ length }) => length)).toEqual([200, 200])
    expect(pages.flat().map(({ at }) => at)).toEqual(Array.from({ length: 400 }, (_, index) => 100 + index * 2))
  })
})
