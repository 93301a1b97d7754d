import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { OnePerUser } from "./one-per-user.js"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const forever = (signal: AbortSignal) => new Promise<never>((_, reject) => signal.addEventListener("abort", () => reject(new Error("cut"))))

it("cuts work at its deadline and says what to do", async () => {
  const work = new OnePerUser(10_000).run("u", undefined, forever)
  const refused = expect(work).rejects.toMatchObject({ code: "deadline_exceeded", publicMessage: expect.stringContaining("fewer days") })
  await vi.advanceTimersByTimeAsync(10_000)
  await refused
})

it("lets two work at once, and the third when one of them ends", async () => {
  const turns = new OnePerUser(10_000)
  const ends: (() => void)[] = []
  const work = () => new Promise<void>((resolve) => ends.push(resolve))
  const all = ["a", "b", "c"].map((user) => turns.run(user, undefined, work))
  await vi.advanceTimersByTimeAsync(1)
  expect(ends).toHaveLength(2)
  ends[0]?.()
  await all[0]
  await vi.advanceTimersByTimeAsync(1)
  expect(ends).toHaveLength(3)
  for (const end of ends) end()
  await Promise.all(all)
})

it("tells what failed by itself as it is", async () => {
  const failed = new OnePerUser(10_000).run("u", undefined, () => Promise.reject(new Error("broken")))
  await expect(failed).rejects.toThrow("broken")
})
