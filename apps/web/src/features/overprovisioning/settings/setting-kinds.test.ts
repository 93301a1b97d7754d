import { expect, test } from "vitest"
import { meant, type SettingKind, typed } from "./setting-kinds"

test.each([
  ["share", 0.07, 7],
  ["share", 0.85, 85],
  ["percent", 5, 5],
  ["cores", 0.1, 0.1],
  ["bytes", 512 * 2 ** 20, 512],
  ["duration", 900_000, 900],
] as const)("%s %d is typed as %d, and means the same again", (kind, value, number) => {
  expect(typed(kind, value)).toBe(number)
  expect(meant(kind, number)).toBe(value)
})

test("a reserve of odd bytes stays what it is when its field is only looked at", () => {
  for (const bytes of [824_633_721, 5_368_709_123, 107_374_182_411]) {
    // Fields keep six digits behind the point.
    const shown = Number(typed("bytes", bytes)?.toFixed(6))
    expect(meant("bytes", shown)).toBe(bytes)
  }
})

test("an empty field is no number, not zero", () => {
  for (const kind of ["share", "bytes", "duration"] satisfies SettingKind[]) {
    expect(meant(kind, null)).toBeNull()
    expect(typed(kind, null)).toBeNull()
  }
})
