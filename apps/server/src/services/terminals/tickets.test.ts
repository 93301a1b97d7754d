import { describe, expect, it } from "vitest"
import { Tickets } from "./tickets.js"

const session = (sessionId: string) => ({
  role: "operator" as const,
  tenant: null,
  lookingAs: null,
  token: null,
  userId: "u",
  username: "operator",
  name: "",
  sessionId,
  signedInAt: 0,
  expiresAt: 1,
})
const target = { kind: "exec" as const, host: "local", execId: "e" }

describe("a ticket", () => {
  it("is good once", () => {
    const tickets = new Tickets(() => 0)
    const ticket = tickets.issue(session("a"), target)
    expect(tickets.redeem(session("a"), ticket)).toEqual(target)
    expect(tickets.redeem(session("a"), ticket)).toBeUndefined()
  })

  it("is good for the sign-in that asked for it, and is spent by another's try", () => {
    const tickets = new Tickets(() => 0)
    const ticket = tickets.issue(session("a"), target)
    expect(tickets.redeem(session("b"), ticket)).toBeUndefined()
    expect(tickets.redeem(session("a"), ticket)).toBeUndefined()
  })

  it("expires", () => {
    let now = 0
    const tickets = new Tickets(() => now)
    const ticket = tickets.issue(session("a"), target)
    now = 30_000
    expect(tickets.redeem(session("a"), ticket)).toBeUndefined()
  })

  it("cannot be piled up without bound: the oldest go", () => {
    const tickets = new Tickets(() => 0)
    const first = tickets.issue(session("a"), target)
    for (let index = 0; index < 1000; index++) tickets.issue(session("a"), target)
    expect(tickets.redeem(session("a"), first)).toBeUndefined()
    expect(tickets.redeem(session("a"), tickets.issue(session("a"), target))).toEqual(target)
  })
})
