import { expect, test } from "vitest"
import { afterResult, codeOf, type SignInStep, waitOf } from "./sign-in-steps"

test("a right password leads to the code where there is one, else inside", () => {
  expect(afterResult("password", { kind: "code-asked" })).toEqual({ step: "code", remark: null })
  expect(afterResult("password", { kind: "signed-in" })).toBe("in")
  expect(afterResult("recovery", { kind: "signed-in" })).toBe("in")
})

test.each([
  ["password", "wrong"],
  ["code", "wrongCode"],
  ["recovery", "wrongRecovery"],
] as const)("what is wrong at the step %s is said there, and one stays there", (step, kind) =>
  expect(afterResult(step, { kind: "refused" })).toEqual({ step, remark: { kind } }),
)

test.each<SignInStep>(["code", "recovery"])("a code that came too late leads back from %s to the password", (step) =>
  expect(afterResult(step, { kind: "expired" })).toEqual({ step: "password", remark: { kind: "startAgain" } }),
)

test("who has to wait stays where they are and learns for how long", () =>
  expect(afterResult("code", { kind: "too-many", retryAfterSeconds: 120 })).toEqual({
    step: "code",
    remark: { kind: "wait", seconds: 120 },
  }))

test.each([
  [1, { unit: "seconds", count: 1 }],
  [90, { unit: "seconds", count: 90 }],
  [91, { unit: "minutes", count: 2 }],
  [120, { unit: "minutes", count: 2 }],
  [121, { unit: "minutes", count: 3 }],
] as const)("%d seconds are said as %j: never less than the wait is", (seconds, wait) => expect(waitOf(seconds)).toEqual(wait))

test("a code may be typed in groups", () => expect(codeOf(" 123 456\t")).toBe("123456"))
