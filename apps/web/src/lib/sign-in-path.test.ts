import { expect, test } from "vitest"
import { asSignOutReason, returnPath, signInPath, whySignedOut } from "./sign-in-path"

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

test("the way to sign in says why one has to", () => {
  expect(signInPath("/containers?q=a", "ended")).toBe("/sign-in?next=%2Fcontainers%3Fq%3Da&why=ended")
  expect(signInPath("/", "expired")).toBe("/sign-in?why=expired")
  expect(asSignOutReason("ended")).toBe("ended")
  expect(asSignOutReason("<b>")).toBeNull()
})

test("a sign-in that was over is told apart from one that was ended; where nobody was in, there is nothing to tell", () => {
  expect(whySignedOut(1000, 1000)).toBe("expired")
  expect(whySignedOut(1001, 1000)).toBe("ended")
  expect(whySignedOut(null, 1000)).toBeNull()
})
