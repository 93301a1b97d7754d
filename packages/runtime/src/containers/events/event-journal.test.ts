import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { EngineEvent } from "../../engine.js"
import { systemClock } from "../../kernel/clock.js"
import type { PendingEvent } from "../pending-event.js"
import { EventJournal, type JournalOptions } from "./event-journal.js"

const report = { warn: () => undefined, error: () => undefined }
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "journal-"))
})
afterEach(async () => {
  await rm(directory, { recursive: true })
})

const openJournal = (options: Partial<JournalOptions> = {}): Promise<EventJournal> =>
  EventJournal.open({ directory, bootId: "boot-1", clock: systemClock, report, ...options })
const event = (id: string, sequence: number, at = Date.now()): PendingEvent => ({
  key: `${id}:${sequence}`,
  at,
  kind: "container",
  action: "start",
  id,
  name: id,
  tenant: "operator",
  attributes: {},
})

async function all(journal: EventJournal, after = 0): Promise<EngineEvent[]> {
  const events: EngineEvent[] = []
  for await (const item of journal.read({ after })) events.push(item)
  return events
}

describe("EventJournal", () => {
  it("gives every event once and in order, from any cursor", async () => {
    const journal = await openJournal({ eventsPerSegment: 7 })
    await Promise.all(Array.from({ length: 100 }, (_, index) => journal.append(event(`c${index}`, 1))))
    const events = await all(journal)
    expect(events.map((item) => item.id)).toEqual(Array.from({ length: 100 }, (_, index) => `c${index}`))
    expect((await all(journal, events[49]?.cursor)).map((item) => item.id)).toEqual(events.slice(50).map((item) => item.id))
    await journal.close()
  })

  it("takes a key once, also after it was opened again", async () => {
    const first = await openJournal()
    await first.append(event("a", 1))
    await first.append(event("a", 1))
    await first.close()
    const second = await openJournal()
    await second.append(event("a", 1))
    await second.append(event("a", 2))
    expect(await all(second)).toHaveLength(2)
    await second.close()
  })

  it("cuts off a torn last line and gives its cursor to nobody else's event twice", async () => {
    const first = await openJournal()
    await first.append(event("a", 1))
    await first.close()
    const name = (await readdir(directory)).find((entry) => entry.endsWith(".jsonl")) ?? ""
    await appendFile(join(directory, name), '{"cursor":2,"key":"b:1","act')
    const second = await openJournal()
    await second.append(event("b", 1))
    expect((await all(second)).map(({ id }) => id)).toEqual(["a", "b"])
    await second.close()
    const text = await readFile(join(directory, name), "utf8")
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line).key),
    ).toEqual(["a:1", "b:1"])
  })

  it("skips a line that is no event, and keeps the others", async () => {
    const first = await openJournal()
    await first.append(event("a", 1))
    await first.close()
    const name = (await readdir(directory)).find((entry) => entry.endsWith(".jsonl")) ?? ""
    await appendFile(join(directory, name), "\u0000\u0000 garbage\n")
    const second = await openJournal()
    await second.append(event("b", 1))
    expect((await all(second)).map(({ id }) => id)).toEqual(["a", "b"])
    await second.close()
  })

  it("grows its cursor across restarts, and jumps after a reboot that may have lost the newest lines", async () => {
    const first = await openJournal()
    await first.append(event("a", 1))
    const before = first.cursor
    await first.close()
    const second = await openJournal()
    await second.append(event("a", 2))
    expect(second.cursor).toBe(before + 1)
    await second.close()
    const third = await openJournal({ bootId: "boot-2" })
    await third.append(event("a", 3))
    expect(third.cursor).toBeGreaterThan(before + 100_000)
    await third.close()
  })

  it("stays bounded: the oldest segments go, the newest events stay", async () => {
    const journal = await openJournal({ eventsPerSegment: 10, maximumEvents: 30 })
    for (let index = 0; index < 100; index++) await journal.append(event("a", index + 1))
    await journal.close()
    const reopened = await openJournal({ eventsPerSegment: 10, maximumEvents: 30 })
    const kept = await all(reopened)
    expect(kept.length).toBeGreaterThanOrEqual(30)
    expect(kept.length).toBeLessThanOrEqual(40)
    expect(kept.at(-1)?.cursor).toBe(100)
    await reopened.close()
  })

  it("does not record again an event of a document that is older than all that is kept", async () => {
    const journal = await openJournal({ eventsPerSegment: 10, maximumEvents: 30 })
    for (let index = 0; index < 100; index++) await journal.append(event(`c${index}`, 1, 1000 + index))
    await journal.close()
    const reopened = await openJournal({ eventsPerSegment: 10, maximumEvents: 30 })
    await reopened.recover(event("c0", 1, 1000))
    await reopened.recover(event("c99", 2, 1200))
    expect((await all(reopened)).at(-1)).toMatchObject({ id: "c99", cursor: 101 })
    await reopened.close()
  })

  it("feeds fifty followers of any pace without polling and ends them when it closes", async () => {
    const journal = await openJournal({ eventsPerSegment: 100 })
    const followers = Array.from({ length: 50 }, async (_, index) => {
      const seen: number[] = []
      for await (const item of journal.read({ after: 0, follow: true })) {
        seen.push(item.cursor)
        if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
        if (seen.length === 1000) return seen
      }
      return seen
    })
    for (let index = 0; index < 1000; index += 10)
      await Promise.all(Array.from({ length: 10 }, (_, offset) => journal.append(event(`c${index + offset}`, 1))))
    for (const seen of await Promise.all(followers)) expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1))
    const last = all(journal, journal.cursor)
    await journal.close()
    await expect(last).resolves.toEqual([])
  })

  it("wakes a follower when its signal aborts", async () => {
    const journal = await openJournal()
    const controller = new AbortController()
    const following = (async () => {
      for await (const _ of journal.read({ follow: true, signal: controller.signal })) throw new Error("nothing was appended")
    })()
    controller.abort()
    await following
    await journal.close()
  })

  it("an append that failed is not there after a restart, and its key may be offered again", async () => {
    const journal = await openJournal()
    await journal.append(event("a", 1))
    await journal.close()
    await expect(journal.append(event("a", 2))).rejects.toMatchObject({ code: "engine_unavailable" })
    const reopened = await openJournal()
    await reopened.append(event("a", 2))
    expect(await all(reopened)).toHaveLength(2)
    await reopened.close()
    const name = (await readdir(directory)).find((entry) => entry.endsWith(".jsonl")) ?? ""
    expect((await stat(join(directory, name))).size).toBeGreaterThan(0)
    await writeFile(join(directory, "unrelated.txt"), "")
    await expect(openJournal()).resolves.toBeDefined()
  })
})
