import { describe, expect, it } from "vitest"
import { LatestQueue } from "./latest-queue.js"

const forever = () => new AbortController().signal

describe("LatestQueue", () => {
  it("merges what comes while the reader is busy into one message", async () => {
    const queue = new LatestQueue<number[]>((waiting, next) => [...waiting, ...next])
    const reader = queue.read(forever())
    queue.push([1])
    expect((await reader.next()).value).toEqual([1])
    for (const value of [2, 3, 4]) queue.push([value])
    expect((await reader.next()).value).toEqual([2, 3, 4])
  })

  it("wakes a reader who waits", async () => {
    const queue = new LatestQueue<number>((_, next) => next)
    const next = queue.read(forever()).next()
    queue.push(5)
    expect((await next).value).toBe(5)
  })

  it("ends on abort and after end, delivering what waits", async () => {
    const abort = new AbortController()
    const aborted = new LatestQueue<number>((_, next) => next).read(abort.signal).next()
    abort.abort()
    expect((await aborted).done).toBe(true)
    const queue = new LatestQueue<number>((_, next) => next)
    const reader = queue.read(forever())
    queue.push(1)
    queue.end()
    expect((await reader.next()).value).toBe(1)
    expect((await reader.next()).done).toBe(true)
  })
})
