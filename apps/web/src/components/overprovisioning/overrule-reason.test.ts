import { expect, test } from "vitest"
import { overruleReason } from "./overrule-reason"

test("without a reason nothing is overruled; blanks are none", () => {
  expect(overruleReason("")).toBeNull()
  expect(overruleReason("   x   ")).toBeNull()
  expect(overruleReason("  more memory comes on Monday ")).toBe("more memory comes on Monday")
})
