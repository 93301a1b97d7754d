import { describe, expect, test } from "vitest"
import { parseRetryAfter, withBackoff } from "./backoff.js"
import { TransientFailure } from "./registry-errors.js"
import { instantClock } from "./testing/memory-sink.js"

const options = (attempts: number) => ({ clock: instantClock(), random: () => 0.5, attempts })

describe("trying again", () => {
  test("waits twice as long each time, and gives up with the last failure", async () => {
    const given = options(4)
    let tries = 0
    const failing = withBackoff(given, async () => {
      throw new TransientFailure(`try ${++tries}`)
    })
    await expect(failing).rejects.toThrow("try 4")
    expect(given.clock.waits).toEqual([250, 500, 1000])
  })

  test("waits as long as the registry asked", async () => {
    const given = options(2)
    let tries = 0
    const outcome = await withBackoff(given, async () => {
      if (tries++ === 0) throw new TransientFailure("busy", 7000)
      return "done"
    })
    expect(outcome).toBe("done")
    expect(given.clock.waits).toEqual([7000])
  })

  test("one that asks for an hour is given up at once", async () => {
    const given = options(5)
    await expect(withBackoff(given, () => Promise.reject(new TransientFailure("busy", 3_600_000)))).rejects.toThrow("busy")
    expect(given.clock.waits).toEqual([])
  })

  test("what will not pass is not tried again", async () => {
    let tries = 0
    const failing = withBackoff(options(5), async () => {
      tries++
      throw new Error("wrong")
    })
    await expect(failing).rejects.toThrow("wrong")
    expect(tries).toBe(1)
  })
})

test("Retry-After in seconds and as a date", () => {
  const now = Date.UTC(2026, 0, 1)
  expect(parseRetryAfter("120", now)).toBe(120_000)
  expect(parseRetryAfter("Thu, 01 Jan 2026 00:00:30 GMT", now)).toBe(30_000)
  expect(parseRetryAfter("Wed, 31 Dec 2025 00:00:00 GMT", now)).toBe(0)
  for (const nothing of [undefined, "", "soon", "-1"]) expect(parseRetryAfter(nothing, now)).toBeUndefined()
})
