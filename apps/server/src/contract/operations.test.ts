import { expect, it } from "vitest"
import { isOperation, mayDo, operations } from "./operations.js"
import { roles } from "./session.js"

it("support and viewers change nothing", () => {
  const reads =
    /\.(?:me|sessions|info|live|list|inspect|top|diff|files|namespaces|cgroupTree|stats|logs|invitations|month|hours|stream|series|recent|now|history|sales|whatIf|metrics|read|save|export)$/
  // What one does with one's own account is no change of anybody's things.
  const own = /^session\./
  for (const role of ["support", "viewer"] as const) {
    const changes = Object.keys(operations).filter((name) => isOperation(name) && mayDo(role, name) && !reads.test(name) && !own.test(name))
    expect(changes, role).toEqual([])
  }
})

it("the operator may do everything, and each role may know who it is", () => {
  for (const name of Object.keys(operations)) expect(isOperation(name) && mayDo("operator", name), name).toBe(true)
  expect(roles.every((role) => mayDo(role, "session.me"))).toBe(true)
})

it("what is nobody's operation is none", () => expect(isOperation("toString")).toBe(false))
