import { describe, expect, it } from "vitest"
import { inBatches } from "./in-batches.js"

const signal = () => new AbortController().signal

async function* numbers(count: number) {
  for (let value = 0; value < count; value++) yield value
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = []
  for await (const item of source) items.push(item)
  return items
}

describe("inBatches", () => {
  it("brings everything once and in order, in few batches that are not too large", async () => {
    const batches = await collect(inBatches({ open: () => numbers(1000), signal: signal(), maximumWeight: 100 }))
    expect(batches.flat()).toEqual(Array.from({ length: 1000 }, (_, value) => value))
    expect(Math.max(...batches.map(({ length }) => length))).toBeLessThanOrEqual(100)
    expect(batches.length).toBeLessThan(20)
  })

  it("does not read ahead of a reader who is slow", async () => {
    let read = 0
    async function* source() {
      for (;;) yield ++read
    }
    const reader = inBatches({ open: source, signal: signal(), maximumWeight: 10 })
    expect((await reader.next()).value).toHaveLength(10)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(read).toBeLessThanOrEqual(20)
    await reader.return()
  })

  it("gives what came before a failure, then the failure", async () => {
    async function* source() {
      yield* numbers(3)
      throw new Error("broken")
    }
    const seen: number[] = []
    await expect(
      (async () => {
        for await (const batch of inBatches({ open: source, signal: signal(), maximumWeight: 10 })) seen.push(...batch)
      })(),
    ).rejects.toThrow("broken")
    expect(seen).toEqual([0, 1, 2])
  })

  it("stops a source that waits when the reader leaves, also by an exception", async () => {
    let closed = false
    async function* source(end: AbortSignal) {
      try {
        yield 1
        await new Promise((resolve) => end.addEventListener("abort", resolve))
      } finally {
        closed = true
      }
    }
    await expect(
      (async () => {
        for await (const _ of inBatches({ open: source, signal: signal(), maximumWeight: 10 })) throw new Error("reader")
      })(),
    ).rejects.toThrow("reader")
    expect(closed).toBe(true)
  })

  it("ends when its signal aborts", async () => {
    const abort = new AbortController()
    async function* source(end: AbortSignal) {
      await new Promise((resolve) => end.addEventListener("abort", resolve))
      yield* numbers(0)
    }
    const all = collect(inBatches({ open: source, signal: abort.signal, maximumWeight: 10 }))
    abort.abort()
    expect(await all).toEqual([])
  })
})
