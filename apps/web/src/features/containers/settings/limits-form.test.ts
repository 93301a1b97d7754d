import { expect, test } from "vitest"
import { limitChange, limitValues } from "./limits-form"

test("an update names only what changed: a number sets, null lifts", () => {
  const before = limitValues({ memoryMaxBytes: 64, cpuMaxCores: 0.5 })
  expect(limitChange(before, { ...before, memoryMaxBytes: null, pidsMax: 10 })).toEqual({ memoryMaxBytes: null, pidsMax: 10 })
  expect(limitChange(before, { ...before })).toEqual({})
})
