import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Reclaimer, reclaimMemory } from "./reclaimer.js"

const MiB = 2 ** 20
let group: string
beforeAll(() => {
  group = mkdtempSync(join(tmpdir(), "plimsoll-group-"))
  writeFileSync(join(group, "memory.stat"), "")
})
afterAll(() => rmSync(group, { recursive: true }))

/** A group whose kernel gives what `gives` says of each request. */
function kernel(options: { charged: number; guaranteed?: number; gives?: (asked: number, round: number) => number }) {
  const state = { charged: options.charged, asked: [] as number[], now: 0 }
  const reclaimer: Reclaimer = {
    movesLimit: false,
    charged: () => state.charged,
    guaranteed: () => options.guaranteed ?? 0,
    take: async (_, bytes) => {
      state.asked.push(bytes)
      state.now += 10
      state.charged -= (options.gives ?? ((asked) => asked))(bytes, state.asked.length)
    },
  }
  const reclaim = (bytes: number, more: { thorough?: boolean; signal?: AbortSignal; deadlineMs?: number } = {}) =>
    reclaimMemory({ reclaimer, group, bytes, clock: { monotonic: () => state.now }, deadlineMs: 10_000, ...more })
  return { state, reclaim }
}

describe("memory is taken back", () => {
  it("in small chunks, as much as was asked for and no more", async () => {
    const { state, reclaim } = kernel({ charged: 100 * MiB })
    expect(await reclaim(40 * MiB)).toEqual({ beforeBytes: 100 * MiB, afterBytes: 60 * MiB })
    expect(state.asked).toEqual([16 * MiB, 16 * MiB, 8 * MiB])
  })

  it("never below what is guaranteed", async () => {
    const { reclaim } = kernel({ charged: 100 * MiB, guaranteed: 70 * MiB })
    expect(await reclaim(Number.POSITIVE_INFINITY)).toEqual({ beforeBytes: 100 * MiB, afterBytes: 70 * MiB })
    const all = kernel({ charged: 50 * MiB, guaranteed: Number.POSITIVE_INFINITY })
    expect(await all.reclaim(10 * MiB)).toEqual({ beforeBytes: 50 * MiB, afterBytes: 50 * MiB })
    expect(all.state.asked).toEqual([])
  })

  it("until next to nothing comes, sooner from one that runs", async () => {
    const nothing = { charged: 100 * MiB, gives: () => 0 }
    const sparing = kernel(nothing)
    expect(await sparing.reclaim(50 * MiB)).toEqual({ beforeBytes: 100 * MiB, afterBytes: 100 * MiB })
    const thorough = kernel(nothing)
    await thorough.reclaim(50 * MiB, { thorough: true })
    expect(sparing.state.asked.length).toBeLessThan(thorough.state.asked.length)
  })

  it("a round in vain does not end it when the next one gives", async () => {
    const { reclaim } = kernel({ charged: 64 * MiB, gives: (asked, round) => (round % 2 === 1 ? 0 : asked) })
    expect((await reclaim(64 * MiB)).afterBytes).toBe(0)
  })

  it("no further once somebody wants the container, and not for ever", async () => {
    const controller = new AbortController()
    const aborted = kernel({
      charged: 100 * MiB,
      gives: (asked) => {
        controller.abort()
        return asked
      },
    })
    expect((await aborted.reclaim(100 * MiB, { signal: controller.signal })).afterBytes).toBe(84 * MiB)
    const slow = kernel({ charged: 100 * MiB })
    expect((await slow.reclaim(100 * MiB, { deadlineMs: 15 })).afterBytes).toBe(68 * MiB)
  })
})
