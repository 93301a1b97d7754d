import { execFileSync } from "node:child_process"
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, writeSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it, vi } from "vitest"
import type { EventPage } from "./contract/events.js"
import { type FakeEngine, fakeEngine, summaryOf } from "./testing/fake-engine.js"
import { ORIGIN, PASSWORD, startTestServer, type TestServer } from "./testing/test-server.js"

/** A file system of its own with 16 MiB. */
let mountPoint: string
let engine: FakeEngine
let server: TestServer

beforeAll(async () => {
  mountPoint = mkdtempSync("/var/tmp/plimsoll-test-")
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m,mode=0711", "plimsoll-test", mountPoint])
  engine = fakeEngine()
  server = await startTestServer({ openEngine: async () => engine, parent: mountPoint })
})

afterAll(async () => {
  await server.remove()
  execFileSync("umount", [mountPoint])
  rmdirSync(mountPoint)
})

function fillDisk(): string {
  const path = join(mountPoint, "filler")
  const file = openSync(path, "w")
  for (const size of [65_536, 4096]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size))
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error
    }
  }
  closeSync(file)
  return path
}

it("a full disk: the console can be read, says what is wrong, and recovers by itself with nothing lost", { timeout: 60_000 }, async () => {
  const cookie = await server.signIn()
  const events = async () => {
    const answer = await server.query("events.list", { limit: 200, kinds: ["container"] }, { cookie })
    expect(answer.status).toBe(200)
    return (answer.json() as { result: { data: EventPage } }).result.data.items
  }
  const filler = fillDisk()
  // Enough that no page of the write-ahead log that is there already could hold them.
  for (let index = 0; index < 2000; index++) engine.emit({ action: "start", id: `c${index}`, attributes: { text: "x".repeat(2000) } })
  await vi.waitFor(() => expect(server.logLines.join("")).toMatch(/database or disk is full|disk I\/O error/), { timeout: 20_000 })
  engine.put(summaryOf("aaaa"))
  expect((await server.query("session.me", undefined, { cookie })).status).toBe(200)
  expect((await server.query("containers.list", undefined, { cookie })).status).toBe(200)
  const before = await events()

  const signIn = await server.request("/api/auth/sign-in/username", {
    method: "POST",
    headers: { "content-type": "application/json", origin: ORIGIN },
    body: JSON.stringify({ username: "operator", password: PASSWORD }),
  })
  expect([200, 500]).toContain(signIn.status)
  if (signIn.status === 500)
    expect(signIn.json()).toMatchObject({ error: { code: "disk_full", publicMessage: expect.stringContaining("Free some space") } })

  rmSync(filler)
  await vi.waitFor(async () => expect((await events())[0]).toMatchObject({ id: "aaaa" }), { timeout: 30_000, interval: 250 })
  expect((await events()).length).toBeGreaterThan(before.length)
  expect(engine.journal).toHaveLength(2001)
  // Each of the engine's events once; the audits of signing in stand among them.
  const ids: string[] = []
  for (let after: number | null = 0; after !== null; ) {
    const page = await server.query("events.list", { limit: 200, after, kinds: ["container"] }, { cookie })
    const { items, nextCursor } = (page.json() as { result: { data: EventPage } }).result.data
    ids.push(...items.map(({ id }) => id))
    after = nextCursor
  }
  expect(ids).toEqual(engine.journal.map(({ id }) => id))
  await server.signIn()
})

it("a start on a full disk says that the disk is full, and works again when there is room", { timeout: 60_000 }, async () => {
  await server.stop()
  const filler = fillDisk()
  await expect(server.restart()).rejects.toThrow("The disk that holds it is full: free some space in")
  rmSync(filler)
  await server.restart()
  await server.signIn()
})
