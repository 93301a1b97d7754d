import { planTerms } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { changedTerms, numberTerms, planForm, planProblems, termsOf } from "./plan-form"

const small = termsOf(planForm("Small"))
if (small === undefined) throw new Error("the plan to begin with is malformed")

const withNumbers = (numbers: Partial<ReturnType<typeof planForm>["numbers"]>) => {
  const form = planForm("Small")
  return { ...form, numbers: { ...form.numbers, ...numbers } }
}

test("a plan's form gives its terms back, and an empty field of an optional term means no limit", () => {
  const terms = { ...small, networkBytesPerSecond: 12_500_000, ociRuntimes: ["runsc", "kata"] }
  expect(termsOf(planForm("Small", terms))).toEqual(terms)
  const lifted = planForm("Small", terms)
  lifted.numbers.networkBytesPerSecond = null
  expect(termsOf(lifted)).not.toHaveProperty("networkBytesPerSecond")
})

test("what is guaranteed may not be more than what may be had, an empty field is missing, and a figure out of range says so", () => {
  expect(planProblems(withNumbers({ memoryGuaranteedBytes: 2 ** 40 }))).toEqual(new Map([["memoryGuaranteedBytes", "aboveMaximum"]]))
  expect(planProblems(withNumbers({ cpuMaxCores: null, pidsMax: 0 }))).toEqual(
    new Map([
      ["cpuMaxCores", "missing"],
      ["pidsMax", "range"],
    ]),
  )
  expect(planProblems({ ...planForm(" "), ociRuntimes: "Kata!" })).toEqual(
    new Map([
      ["name", "missing"],
      ["ociRuntimes", "runtimes"],
    ]),
  )
})

test("the ranges of the fields are the contract's", () => {
  for (const { key, min, max } of numberTerms) {
    const accepts = (value: number) =>
      !(planTerms.safeParse({ ...small, [key]: value }).error?.issues ?? []).some(({ path, code }) => path[0] === key && code !== "custom")
    expect(accepts(min), `${key} ${min}`).toBe(true)
    expect(accepts(max), `${key} ${max}`).toBe(true)
    expect(accepts(min - 1), `${key} ${min - 1}`).toBe(false)
    expect(accepts(max + 2), `${key} ${max + 2}`).toBe(false)
  }
})

test("only what differs counts as a change", () => {
  expect(changedTerms(small, { ...small })).toEqual([])
  expect(changedTerms(small, { ...small, memoryMaxBytes: 1, networkBytesPerSecond: 5, ociRuntimes: ["runsc"] })).toEqual([
    "memoryMaxBytes",
    "networkBytesPerSecond",
    "ociRuntimes",
  ])
})
