import { expect, test } from "vitest"
import { isMonth, monthName, monthOf, shiftMonth } from "./month"

test("the month is the one in UTC, whatever the reader's time zone", () => {
  expect(monthOf(Date.parse("2026-12-01T00:30:00+02:00"))).toBe("2026-11")
  expect(monthName("2026-11", "en")).toBe("November 2026")
})

test("months go on over the end of the year, both ways", () => {
  expect(shiftMonth("2026-12", 1)).toBe("2027-01")
  expect(shiftMonth("2026-01", -1)).toBe("2025-12")
})

test("what is no month stays as it was written", () => {
  expect(isMonth("2026-13")).toBe(false)
  expect(shiftMonth("soon", 1)).toBe("soon")
  expect(monthName("2026-00", "en")).toBe("2026-00")
})
