import { describe, expect, it } from "vitest"
import type { ContainerRow } from "../../contract/containers.js"
import { summaryOf } from "../../testing/fake-engine.js"
import { type Delta, mergeDeltas } from "./merge-deltas.js"

function row(id: string, name: string): ContainerRow {
  return { ...summaryOf(id, { name }), host: "local", stats: null }
}

function apply(state: Map<string, ContainerRow>, delta: Delta): Map<string, ContainerRow> {
  const next = new Map(state)
  for (const id of delta.removed) next.delete(id)
  for (const entry of delta.upserted) next.set(entry.id, entry)
  for (const { id, ...stats } of delta.stats) {
    const present = next.get(id)
    if (present !== undefined) next.set(id, { ...present, stats })
  }
  return next
}

describe("mergeDeltas", () => {
  it("has the effect of both, whatever they hold", () => {
    // A small generator instead of chosen examples: 2,000 pairs over four ids.
    let seed = 7
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
      return seed % below
    }
    const rates = (at: number) => ({
      at,
      cpuCores: at,
      cpuThrottledShare: null,
      memoryUsedBytes: at,
      memoryLimitBytes: null,
      receivedBytesPerSecond: null,
      transmittedBytesPerSecond: null,
      readBytesPerSecond: null,
      writeBytesPerSecond: null,
      pids: 1,
    })
    const delta = (at: number): Delta => {
      const ids = ["a", "b", "c", "d"]
      const removed = ids.filter(() => random(4) === 0)
      const upserted = ids.filter((id) => !removed.includes(id) && random(3) === 0).map((id) => row(id, `${id}${at}`))
      const stats = ids.filter((id) => !removed.includes(id) && random(2) === 0).map((id) => ({ id, ...rates(at) }))
      return { type: "delta", at, removed, upserted, stats }
    }
    for (let round = 0; round < 2000; round++) {
      const start = new Map([
        ["a", row("a", "a")],
        ["b", row("b", "b")],
      ])
      const [first, second] = [delta(round * 2 + 1), delta(round * 2 + 2)]
      expect(apply(start, mergeDeltas(first, second))).toEqual(apply(apply(start, first), second))
    }
  })
})
