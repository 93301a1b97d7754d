import { expect, test } from "vitest"
import { returnPath, signInPath } from "./sign-in-path"

test.each([
  "//evil.example",
  "/\\evil.example",
  "/\t/evil.example",
  "https://evil.example/",
  "javascript:alert(1)",
  "evil",
  "",
  null,
  undefined,
])("%j never leads away from the console", (next) => expect(returnPath(next)).toBe("/"))

test("a path comes back with its filters", () => {
  expect(returnPath("/containers?status=running#x")).toBe("/containers?status=running#x")
  expect(returnPath(new URLSearchParams(signInPath("/events?kind=image").split("?")[1]).get("next"))).toBe("/events?kind=image")
})

test("the sign-in page never leads to itself", () => expect(signInPath("/sign-in?next=/x")).toBe("/sign-in"))
