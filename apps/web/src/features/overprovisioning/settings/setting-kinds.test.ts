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

test("a reserve of odd bytes is shown as the same number before and after its field was left", () => {
  for (const bytes of [824_633_721, 5_368_709_123, 107_374_182_411]) {
    const shown = typed("bytes", bytes)
    expect(typed("bytes", meant("bytes", shown))).toBe(shown)
    expect(Math.abs((meant("bytes", shown) ?? 0) - bytes)).toBeLessThanOrEqual(1)
  }
})

test("an empty field is no number, not zero", () => {
  for (const kind of ["share", "bytes", "duration"] satisfies SettingKind[]) {
    expect(meant(kind, null)).toBeNull()
    expect(typed(kind, null)).toBeNull()
  }
})
