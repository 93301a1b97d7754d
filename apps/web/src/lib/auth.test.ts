import { afterEach, expect, test, vi } from "vitest"
import { signIn, signInWithCode, signInWithRecoveryCode, signOut } from "./auth"
import { AuthRefusal } from "./auth-request"

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

test("a right password that is not enough leads to the code", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ twoFactorRedirect: true, twoFactorMethods: ["totp"] })))
  expect(await signIn("operator", "secret")).toEqual({ kind: "code-asked" })
})

test.each([
  [401, "INVALID_CODE", { kind: "refused" }],
  [401, "INVALID_BACKUP_CODE", { kind: "refused" }],
  [401, "INVALID_TWO_FACTOR_COOKIE", { kind: "expired" }],
  [400, "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE", { kind: "expired" }],
  [429, "ACCOUNT_TEMPORARILY_LOCKED", { kind: "too-many", retryAfterSeconds: null }],
] as const)("a second step that is answered by %d %s is %j", async (status, code, result) => {
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ code, message: "in English" }, { status })))
  expect(await signInWithCode("123456")).toEqual(result)
  expect(await signInWithRecoveryCode("abcde-fghij")).toEqual(result)
})

test("a refusal keeps the words of the server, whichever shape they come in", () => {
  const response = { status: 400, headers: new Headers() }
  expect(new AuthRefusal(response, { code: "PASSWORD_TOO_SHORT", message: "Password too short" })).toMatchObject({
    code: "PASSWORD_TOO_SHORT",
    message: "Password too short",
    engine: null,
  })
  const own = { error: { code: "name_in_use", publicMessage: "Somebody is called so already.", facts: {} }, requestId: "1" }
  expect(new AuthRefusal(response, own)).toMatchObject({ code: "name_in_use", message: "Somebody is called so already." })
})

test("signing out of a session that is over is no failure", async () => {
  answering(401)
  await expect(signOut()).resolves.toBeUndefined()
  answering(500)
  await expect(signOut()).rejects.toThrow()
})
