import { describe, expect, it } from "vitest"
import type { ContainerRow } from "../../contract/containers.js"
import { statsOf, summaryOf } from "../../testing/fake-engine.js"
import type { Sample } from "../live/sampler.js"
import { predictPlimsoll } from "../load-line/predictors/predict-plimsoll.js"
import { SLOT_MS, SLOTS_PER_DAY } from "../load-line/slots.js"
import { UseBook, WHOLE } from "./use-book.js"
import { noteUse, useBySale } from "./watch-use.js"

const START = 20_000 * SLOTS_PER_DAY * SLOT_MS
const hibernation = { since: 1, beforeBytes: 500, imageBytes: 600 }
const rowOf = (id: string, tenant: string, sleeps: boolean): [string, ContainerRow] => [
  id,
  {
    ...summaryOf(id, { tenant, ...(sleeps && { hibernation, state: { status: "hibernated", startedAt: 0, hibernatedAt: 1 } }) }),
    host: "local",
    stats: null,
  },
]
const sampleOf = (id: string, usedBytes: number): [string, Sample] => {
  const stats = statsOf(id, 0, 0)
  return [id, { stats: { ...stats, memory: { ...stats.memory, usedBytes } }, rates: { cpuCores: 0.5 } } as Sample]
}

describe("what each sale uses", () => {
  it("is nothing of one that hibernates, and is not known of one that does not run", () => {
    const sums = useBySale({
      rows: new Map([
        rowOf("runs", "acme", false),
        rowOf("on-disk", "acme", true),
        rowOf("alone", "free", true),
        rowOf("exited", "free", false),
      ]),
      samples: new Map([sampleOf("runs", 70)]),
      hasPlan: (tenant) => tenant === "acme",
    })
    expect(Object.fromEntries(sums)).toEqual({
      [WHOLE]: { memory: 70, cpu: 0.5, pids: 1 },
      "tenant:acme": { memory: 70, cpu: 0.5, pids: 1 },
      "container:alone": { memory: 0, cpu: 0, pids: 0 },
    })
  })
})

describe("after a week in hibernation", () => {
  /** What is expected of one that used 400 of its limit of 1000 for ten days, and did this for another `days`. */
  function predicted(does: "runs" | "hibernates" | "has exited", days: number): number {
    const book = new UseBook()
    const end = START + (10 + days) * SLOTS_PER_DAY * SLOT_MS
    for (let at = START; at < end; at += SLOT_MS) {
      const isAwake = does === "runs" || at < START + 10 * SLOTS_PER_DAY * SLOT_MS
      const row = rowOf("c", "free", !isAwake && does === "hibernates")
      noteUse(book, { at, rows: new Map([row]), samples: new Map(isAwake ? [sampleOf("c", 400)] : []), hasPlan: () => false })
    }
    return predictPlimsoll({ history: book.history("memory"), containers: [{ id: "container:c", limit: 1000 }], atMs: end - 1 }).peak
  }

  it("a container is expected to use nothing (what it owes is in the wake debt), while one that exited counts as never seen, with its whole limit", () => {
    expect(predicted("runs", 8)).toBeCloseTo(520)
    expect(predicted("hibernates", 8)).toBe(0)
    expect(predicted("has exited", 8)).toBe(1000)
  })

  it("and before it is over with the peak of what is still remembered, as if it had run on", () => {
    expect(predicted("hibernates", 3)).toBeCloseTo(predicted("runs", 3))
    expect(predicted("has exited", 6.5)).toBe(1000)
    expect(predicted("hibernates", 6.5)).toBeCloseTo(predicted("runs", 6.5))
  })
})
