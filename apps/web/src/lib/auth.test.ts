import { afterEach, expect, test, vi } from "vitest"
import { signIn } from "./auth"

afterEach(() => vi.unstubAllGlobals())

const answering = (status: number, headers: Record<string, string> = {}) =>
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status, headers })))

test.each([
  [200, {}, { kind: "signed-in" }],
  [401, {}, { kind: "refused" }],
  [429, { "retry-after": "12" }, { kind: "too-many", retryAfterSeconds: 12 }],
  [429, { "x-retry-after": "7" }, { kind: "too-many", retryAfterSeconds: 7 }],
  [429, {}, { kind: "too-many", retryAfterSeconds: null }],
] as const)("status %d with %j is %j", async (status, headers, result) => {
  answering(status, headers)
  expect(await signIn("operator", "secret")).toEqual(result)
})

test("a server that is away or fails is an error, never a refusal of the password", async () => {
  for (const status of [500, 502, 503]) {
    answering(status)
    await expect(signIn("operator", "secret")).rejects.toThrow()
  }
})

test("a name under which the console may not be reached is told as such, not as a wrong password", async () => {
  const body = { error: { code: "permission_denied", publicMessage: "The host name is not listed.", facts: {} }, requestId: "1" }
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json(body, { status: 403 })))
  await expect(signIn("operator", "secret")).rejects.toThrow("The host name is not listed.")
})
