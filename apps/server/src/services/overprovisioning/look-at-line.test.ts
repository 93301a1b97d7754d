import { expect, it } from "vitest"
import { statsOf } from "../../testing/fake-engine.js"
import type { Sample } from "../live/sampler.js"
import { sleepersBytes } from "./look-at-line.js"

const sampleOf = (id: string, usedBytes: number): [string, Sample] => {
  const stats = statsOf(id, 0, 0)
  return [id, { stats: { ...stats, memory: { ...stats.memory, usedBytes } } } as Sample]
}

it("a sleeper that had woken only for one request still has all that lies in swap since its nap before", () => {
  const nap = { since: 0, beforeBytes: 2, afterBytes: 1 }
  const containers = [
    { id: "awake" },
    { id: "again", nap },
    { id: "never-measured", nap },
    { id: "dropped-cache", nap: { ...nap, beforeBytes: 9 } },
  ]
  const samples = new Map([sampleOf("awake", 50), sampleOf("again", 116), sampleOf("dropped-cache", 7)])
  expect(sleepersBytes(containers, samples)).toEqual([116, 2, 9])
})

it("one that hibernates owes all that it had in memory and swap, whatever was measured last", () => {
  const hibernation = { since: 0, beforeBytes: 70, imageBytes: 90 }
  const containers = [{ id: "on-disk", hibernation }, { id: "just-now", hibernation: { ...hibernation, beforeBytes: 8 } }, { id: "awake" }]
  expect(sleepersBytes(containers, new Map([sampleOf("just-now", 500), sampleOf("awake", 5)]))).toEqual([70, 8])
})
