import { expect, test } from "vitest"
import { bestMatches, matchScore } from "./match"

test("the beginning of a name wins over the middle of another", () => {
  const found = bestMatches(["my-shop", "shop-worker", "blog-shop", "kestrel"], "shop", { textOf: (name) => name, limit: 2 })
  expect(found).toEqual(["shop-worker", "my-shop"])
})

test("all words have to be there, in any order and letter case", () => {
  expect(matchScore("Create a container", "CONT create")).toBeGreaterThan(0)
  expect(matchScore("Create a container", "create image")).toBe(0)
})

test("what looks like a pattern is just text, and long input costs nothing", () => {
  expect(matchScore("a.c", ".")).toBeGreaterThan(0)
  const started = performance.now()
  expect(matchScore("a".repeat(100_000), `${"a".repeat(50_000)}b`)).toBe(0)
  expect(performance.now() - started).toBeLessThan(50)
})

test("nothing typed shows everything in its order", () => {
  expect(bestMatches(["b", "a"], " ", { textOf: (name) => name, limit: 9 })).toEqual(["b", "a"])
})
