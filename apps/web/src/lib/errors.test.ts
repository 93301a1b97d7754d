import { TRPCClientError } from "@trpc/client"
import { describe, expect, test } from "vitest"
import { errorCode, explainError, HttpStreamError, isSignedOut, isUnreachable } from "./errors"

const t = (key: string) => key
const fromServer = (data: object) => TRPCClientError.from({ error: { code: -32_000, message: "no", data } })

describe("an error of the engine", () => {
  const error = fromServer({
    code: "SERVICE_UNAVAILABLE",
    engine: { code: "tool_missing", publicMessage: "crun is not installed.", facts: { tool: "crun", remedy: "apt-get install crun" } },
    issues: null,
  })
  test("is told in the server's words, with what mends it", () =>
    expect(explainError(error, t)).toEqual({
      code: "tool_missing",
      message: "crun is not installed.",
      remedy: "apt-get install crun",
      issues: [],
    }))
  test("is no reason to sign in again", () => expect(isSignedOut(error)).toBe(false))
})

test("a refused input names its fields", () => {
  const issues = [{ path: ["limits", "memoryMaxBytes"], message: "must be at least 4 MiB" }]
  const error = fromServer({ code: "BAD_REQUEST", engine: { code: "invalid_argument", publicMessage: "limits", facts: {} }, issues })
  expect(explainError(error, t).issues).toEqual(issues)
})

test("a lost session is told apart from a refusal, over tRPC and over HTTP", () => {
  expect(isSignedOut(fromServer({ code: "UNAUTHORIZED", engine: null, issues: null }))).toBe(true)
  expect(isSignedOut(new HttpStreamError(401, null))).toBe(true)
  expect(errorCode(fromServer({ code: "FORBIDDEN", engine: null, issues: null }))).toBe("forbidden")
})

test("no answer at all is the server being away, whatever the transport says", () => {
  for (const error of [new TRPCClientError("Failed to fetch"), new TypeError("Failed to fetch")]) {
    expect(isUnreachable(error)).toBe(true)
    expect(explainError(error, t).remedy).toBe("server_unreachable_remedy")
  }
})

describe("a refusal that comes before tRPC looks at anything", () => {
  const refused = (error: object) =>
    TRPCClientError.from(new Error("Unable to transform response from server"), { meta: { responseJSON: { error, requestId: "1" } } })
  test("is told in the server's words, not as the server being away", () => {
    const error = refused({ code: "permission_denied", publicMessage: "The host name is not one of this console's.", facts: {} })
    expect(isUnreachable(error)).toBe(false)
    expect(explainError(error, t).message).toBe("The host name is not one of this console's.")
  })
  test("by the front door, for want of a server, is the server being away", () =>
    expect(isUnreachable(refused({ code: "server_unreachable", publicMessage: "no", facts: {} }))).toBe(true))
})
