import { expect, it } from "vitest"
import { RestartTimers } from "./restart-timers.js"

function timers(now: number) {
  const slept: number[] = []
  const clock = { now: () => now, monotonic: () => 0, sleep: async (ms: number) => void slept.push(ms) }
  return { restarts: new RestartTimers(clock), slept }
}

it("a restart is waited for until its time, and not at all when that has passed", async () => {
  const { restarts, slept } = timers(1_000_000)
  for (const at of [1_003_000, 999_000]) await new Promise<void>((resolve) => restarts.set("a", at, resolve))
  expect(slept).toEqual([3000, 0])
})

it("a clock that was set back by an hour keeps nobody down for longer than a policy's longest pause", async () => {
  const { restarts, slept } = timers(1_000_000)
  await new Promise<void>((resolve) => restarts.set("a", 1_000_000 + 3_600_000, resolve))
  expect(slept).toEqual([60_000])
})
