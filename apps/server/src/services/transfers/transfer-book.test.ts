import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import type { Transfer, TransfersMessage } from "../../contract/transfers.js"
import { mergeTransferDeltas, TransferBook } from "./transfer-book.js"

const HOUR_MS = 3_600_000
beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const makeBook = () => new TransferBook({ now: Date.now, monotonic: () => performance.now() })

function transfer(id: string, change: Partial<Transfer> = {}): Transfer {
  return {
    id,
    kind: "pull",
    host: "local",
    reference: "docker.io/library/a:1",
    status: "running",
    startedAt: 0,
    endedAt: null,
    progress: null,
    imageId: null,
    digest: null,
    error: null,
    container: null,
    ...change,
  }
}
const done = (id: string) => transfer(id, { status: "done", endedAt: Date.now() })
const doneBytes = (id: string, bytes: number) =>
  transfer(id, { progress: { reference: "a", phase: "transferring", layers: [], doneBytes: bytes, sizeBytes: 1000 } })

/** All messages, in order, as they come. */
function read(book: TransferBook): TransfersMessage[] {
  const messages: TransfersMessage[] = []
  void (async () => {
    for await (const message of book.follow(new AbortController().signal)) messages.push(message)
  })()
  return messages
}

describe("those who follow", () => {
  it("get first all, then what changes, at most five times a second, and the newest of it", async () => {
    const book = makeBook()
    book.put(transfer("a"))
    const messages = read(book)
    await vi.advanceTimersByTimeAsync(1000)
    expect(messages[0]).toEqual({ type: "snapshot", transfers: [transfer("a")] })
    messages.splice(0)
    for (let tick = 1; tick <= 100; tick++) {
      book.put(doneBytes("a", tick))
      await vi.advanceTimersByTimeAsync(10)
    }
    await vi.advanceTimersByTimeAsync(200)
    expect(messages.length).toBeGreaterThanOrEqual(5)
    expect(messages.length).toBeLessThanOrEqual(7)
    expect(messages.at(-1)).toEqual({ type: "delta", upserted: [doneBytes("a", 100)], removed: [] })
  })

  it("are told at once after a pause", async () => {
    const book = makeBook()
    const messages = read(book)
    await vi.advanceTimersByTimeAsync(1000)
    book.put(transfer("a"))
    await vi.advanceTimersByTimeAsync(1)
    expect(messages.at(-1)).toMatchObject({ upserted: [{ id: "a" }] })
  })

  it("and do not read get many changes as one", async () => {
    const book = makeBook()
    const reader = book.follow(new AbortController().signal)
    await reader.next()
    for (let tick = 1; tick <= 20; tick++) {
      book.put(doneBytes("a", tick))
      book.put(transfer(`other-${tick % 2}`))
      await vi.advanceTimersByTimeAsync(500)
    }
    const { value } = await reader.next()
    expect(value).toMatchObject({ type: "delta", removed: [] })
    expect(value?.type === "delta" && value.upserted).toHaveLength(3)
    expect(value?.type === "delta" && value.upserted).toContainEqual(doneBytes("a", 20))
  })

  it("are told the end when it closes", async () => {
    const book = makeBook()
    const reader = book.follow(new AbortController().signal)
    await reader.next()
    book.put(done("a"))
    book.close()
    expect((await reader.next()).value).toMatchObject({ upserted: [{ id: "a", status: "done" }] })
    expect((await reader.next()).done).toBe(true)
  })
})

describe("what ended", () => {
  it("is kept for an hour", async () => {
    const book = makeBook()
    book.put(done("old"))
    await vi.advanceTimersByTimeAsync(HOUR_MS - 1000)
    book.put(done("new"))
    const messages = read(book)
    await vi.advanceTimersByTimeAsync(500)
    expect(messages[0]).toMatchObject({ transfers: [{ id: "old" }, { id: "new" }] })
    await vi.advanceTimersByTimeAsync(1000)
    book.forgetOld()
    await vi.advanceTimersByTimeAsync(500)
    expect(messages.at(-1)).toEqual({ type: "delta", upserted: [], removed: ["old"] })
  })

  it("is kept a hundred times at most, the newest; what runs is never forgotten", async () => {
    const book = makeBook()
    for (const id of ["runs-1", "runs-2"]) book.put(transfer(id))
    for (let index = 0; index < 105; index++) {
      await vi.advanceTimersByTimeAsync(1)
      book.put(done(`ended-${index}`))
    }
    const first = (await book.follow(new AbortController().signal).next()).value
    const ids = first?.type === "snapshot" ? first.transfers.map(({ id }) => id) : []
    expect(ids).toHaveLength(102)
    expect(ids).toEqual(expect.arrayContaining(["runs-1", "runs-2", "ended-5", "ended-104"]))
    expect(ids).not.toContain("ended-4")
    await vi.advanceTimersByTimeAsync(2 * HOUR_MS)
    book.forgetOld()
    const later = (await book.follow(new AbortController().signal).next()).value
    expect(later).toMatchObject({ transfers: [{ id: "runs-1" }, { id: "runs-2" }] })
  })
})

it("two deltas as one say what both say in order", () => {
  const earlier = { type: "delta" as const, upserted: [transfer("a"), transfer("b")], removed: ["x"] }
  const later = { type: "delta" as const, upserted: [done("b")], removed: ["a"] }
  expect(mergeTransferDeltas(earlier, later)).toEqual({ type: "delta", upserted: [done("b")], removed: ["x", "a"] })
})
