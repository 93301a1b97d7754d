import { expect, test } from "vitest"
import { createFormat } from "@/lib/format"
import { formatHours } from "./format-hours"

test("a little is not written as nothing", () => {
  const format = createFormat("en")
  expect(formatHours(0, format)).toBe("0")
  expect(formatHours(0.0001, format)).toBe("<\u00a00.01")
  expect(formatHours(0.006, format)).toBe("0.01")
  expect(formatHours(1234.5, format)).toBe("1,235")
})
