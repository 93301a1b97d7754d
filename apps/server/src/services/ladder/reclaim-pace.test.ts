import { expect, it } from "vitest"
import { FAULTS_PER_SECOND, LONGEST_WAIT_MS, ReclaimPace, STALL_PERCENT, STEP_EVERY_MS } from "./reclaim-pace.js"

const calm = { id: "c", majorFaults: 0, memoryStall: 0 }

/** The times at which a step was made within an hour, when each look finds `shown`. */
function steps(shown: (at: number) => typeof calm, gaveBackBytes = 1, until = 3_600_000): number[] {
  const pace = new ReclaimPace()
  const made: number[] = []
  for (let at = 0; at <= until; at += 1000) {
    if (!pace.isReady(shown(at), at)) continue
    made.push(at)
    pace.took(shown(at), { at, gaveBackBytes })
  }
  return made
}
const gaps = (times: number[]) => times.slice(1).map((at, index) => at - (times[index] ?? 0))

it("one that does not mind gives every few seconds", () => expect(new Set(gaps(steps(() => calm)))).toEqual(new Set([STEP_EVERY_MS])))

it("one that stalls, or faults its memory back in, is left alone", () => {
  expect(steps(() => ({ ...calm, memoryStall: STALL_PERCENT + 1 }))).toEqual([0])
  expect(steps((at) => ({ ...calm, majorFaults: (at / 1000) * (FAULTS_PER_SECOND + 1) }))).toEqual([0])
})

it("a step that gave nothing doubles the wait, up to ten minutes", () => {
  const waits = gaps(steps(() => calm, 0))
  expect(waits.slice(0, 4)).toEqual([2, 4, 8, 16].map((times) => times * STEP_EVERY_MS))
  expect(waits.at(-1)).toBe(LONGEST_WAIT_MS)
})

it("the wait is short again for one that no longer minds", () => {
  const times = steps((at) => ({ ...calm, memoryStall: at < 60_000 ? 50 : 0 }), 1, 120_000)
  expect(times.slice(0, 3)).toEqual([0, 75_000, 80_000])
})

it("forgets those that are gone", () => {
  const pace = new ReclaimPace()
  pace.took(calm, { at: 0, gaveBackBytes: 0 })
  pace.keep(new Map())
  expect(pace.isReady(calm, 1)).toBe(true)
})
