import { describe, expect, it } from "vitest"
import { appRouter } from "../routers/app-router.js"
import { authorise } from "./authorise.js"
import { operations } from "./operations.js"

const session = {
  role: "operator" as const,
  tenant: null,
  lookingAs: null,
  token: null,
  userId: "u",
  username: "operator",
  name: "Operator",
  sessionId: "s",
  signedInAt: 0,
  expiresAt: 1,
}

describe("the authorisation point", () => {
  const procedures = Object.keys(appRouter._def.procedures).sort()

  it("knows every procedure, and no table entry is left over", () => {
    expect(procedures.length).toBeGreaterThan(40)
    expect(
      Object.keys(operations)
        .filter((name) => !name.startsWith("http."))
        .sort(),
    ).toEqual(procedures)
  })

  it.each(Object.keys(appRouter._def.procedures))("%s is refused without a session", async (path) => {
    const caller = appRouter.createCaller({ requestId: "r", session: null, address: null, services: {} as never, outbound: {} as never })
    const procedure = path.split(".").reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], caller) as (
      input: unknown,
    ) => Promise<unknown>
    await expect(procedure(undefined)).rejects.toMatchObject({ code: "UNAUTHORIZED" })
  })

  it("refuses an operation that the table does not have, also to the operator", () => {
    expect(() => authorise({ session }, "containers.launch")).toThrow(expect.objectContaining({ code: "FORBIDDEN" }))
    expect(() => authorise({ session }, "toString")).toThrow(expect.objectContaining({ code: "FORBIDDEN" }))
    expect(authorise({ session }, "containers.start")).toBe(session)
  })
})
