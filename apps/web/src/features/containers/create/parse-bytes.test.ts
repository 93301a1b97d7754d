import { expect, test } from "vitest"
import { parseBytes } from "./parse-bytes"

test.each([
  ["64m", 67108864],
  ["64 MB", 67108864],
  ["64 MiB", 67108864],
  ["1.5g", 1610612736],
  ["1,5 GiB", 1610612736],
  ["1073741824", 1073741824],
  ["512 b", 512],
])("%s is %d bytes", (text, bytes) => {
  expect(parseBytes(text)).toBe(bytes)
})

test.each(["", "m", "-1m", "1x", "1e9", "1 mm"])("%j is not an amount", (text) => {
  expect(parseBytes(text)).toBeUndefined()
})
