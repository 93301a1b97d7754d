import { expect, test } from "vitest"
import { LateError } from "@/lib/errors"
import { refusedField } from "./refused-field"

const refusal = (code: "name_in_use" | "invalid_argument" | "limit_below_usage", facts: Record<string, string> = {}) =>
  new LateError({ code, publicMessage: "No.", facts })

test("a refusal is said beside the field that it is about", () => {
  expect(refusedField(refusal("name_in_use"))).toBe("name")
  expect(refusedField(refusal("invalid_argument", { field: "terms.memoryMaxBytes" }))).toBe("memoryMaxBytes")
  expect(refusedField(refusal("invalid_argument", { field: "terms.ociRuntimes.0" }))).toBe("ociRuntimes")
})

test("what is in the way elsewhere is no field's fault", () => {
  expect(refusedField(refusal("limit_below_usage", { limit: "memoryMaxBytes" }))).toBeUndefined()
  expect(refusedField(refusal("invalid_argument"))).toBeUndefined()
})
