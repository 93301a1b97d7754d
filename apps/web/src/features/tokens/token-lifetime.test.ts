import { expect, test } from "vitest"
import { expiryOf, tokenLifetimes } from "./token-lifetime"

test("a lifetime is counted in days from now", () => expect(expiryOf("30d", 1000)).toBe(1000 + 30 * 24 * 3600 * 1000))

test("only the one that says so never ends", () =>
  expect(tokenLifetimes.filter((lifetime) => expiryOf(lifetime, 0) === null)).toEqual(["always"]))
