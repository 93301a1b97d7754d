import { expect, test } from "vitest"
import { together } from "./together.js"

test("no more than the limit run at once, and results are in the order of the items", async () => {
  let running = 0
  let most = 0
  const results = await together([1, 2, 3, 4, 5], { limit: 2 }, async (item) => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setImmediate(resolve))
    running--
    return item * 10
  })
  expect(results).toEqual([10, 20, 30, 40, 50])
  expect(most).toBe(2)
})

test("when one fails the others are told, and it rejects only when none runs any more", async () => {
  const ended: number[] = []
  const failing = together([1, 2, 3, 4], { limit: 2 }, async (item, signal) => {
    if (item === 1) throw new Error("first")
    await new Promise((resolve) => signal.addEventListener("abort", () => setImmediate(resolve)))
    ended.push(item)
  })
  await expect(failing).rejects.toThrow("first")
  expect(ended).toEqual([2])
})

test("a caller who gives up stops it", async () => {
  await expect(together([1], { limit: 1, signal: AbortSignal.abort(new Error("gone")) }, async () => 1)).rejects.toThrow("gone")
  expect(await together([], { limit: 3 }, async () => 1)).toEqual([])
})
