import { expect, test } from "vitest"
import { lengthOfHistory } from "./history-length"

const MINUTE = 60_000

test.each([
  [undefined, "15m"],
  [1, "15m"],
  [15, "15m"],
  [16, "1h"],
  [61, "6h"],
  [6 * 60 + 1, "24h"],
  [40 * 24 * 60, "24h"],
])("figures since %s minutes fill a history of %s", (minutes, length) => {
  const now = 1e12
  expect(lengthOfHistory(minutes === undefined ? undefined : now - minutes * MINUTE, now)).toBe(length)
})
