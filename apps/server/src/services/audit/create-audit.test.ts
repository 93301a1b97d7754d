import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { EventRecord } from "../../contract/events.js"
import { type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import { createEventLog, type RunningEventLog } from "../events/create-event-log.js"
import { createEventJournal } from "../events/event-journal.js"
import { LOCAL_SESSION } from "../session/operator-token.js"
import type { SignedIn } from "../session/sessions.js"
import type { AuditEntry } from "./audit.js"
import { type AuditDependencies, createAudit } from "./create-audit.js"

const session: SignedIn = {
  role: "member",
  tenant: "acme",
  lookingAs: null,
  token: null,
  userId: "u",
  username: "ann",
  name: "Ann",
  sessionId: "s",
  signedInAt: 0,
  expiresAt: 1,
}
const containers = [
  { id: "f".repeat(64), name: "web", tenant: "acme", host: "far" },
  { id: "e".repeat(64), name: "db", tenant: "other", host: "local" },
  { id: "c".repeat(64), name: "web", tenant: "other", host: "local" },
]

/** Those that the engine has at the moment. */
let present: AuditDependencies["present"]
let temporary: TemporaryDatabase
let events: RunningEventLog
beforeEach(async () => {
  present = async () => []
  temporary = await temporaryDatabase()
  const { database } = temporary
  events = createEventLog({ database, journal: createEventJournal(database), onError: () => undefined })
})
afterEach(async () => {
  events.close()
  await temporary.remove()
})

async function recorded(entry: Partial<AuditEntry>): Promise<EventRecord | undefined> {
  const audit = createAudit({ events, containers: () => containers, present, now: () => 1000, report: () => undefined })
  await audit.record({ operation: "containers.stop", session, address: "192.0.2.7", result: "done", input: { id: "web" }, ...entry })
  return (await events.list({ limit: 1 })).items[0]
}

describe("the audit", () => {
  it("says who did what to what, from where and with what result, in the stream of events", async () => {
    expect(await recorded({ input: { id: "web", timeoutMs: 5000 } })).toEqual({
      cursor: 1,
      at: 1000,
      kind: "audit",
      action: "containers.stop",
      id: "f".repeat(64),
      name: "web",
      tenant: "acme",
      host: "far",
      attributes: { id: "web", timeoutMs: "5000" },
      audit: { actor: { name: "ann", role: "member", address: "192.0.2.7", lookingAs: null }, result: "done" },
    })
  })

  it("tells nobody of one tenant what another's container is", async () => {
    const record = await recorded({ input: { id: "db" }, result: "refused", error: { code: "not_found", message: "There is none." } })
    expect(record).toMatchObject({
      id: "db",
      name: "db",
      tenant: "acme",
      attributes: { errorCode: "not_found", errorMessage: "There is none." },
    })
    expect(record?.id).not.toBe("e".repeat(64))
  })

  it("names a token as what it is, an operator who looks as a tenant as an operator, and root's script as one", async () => {
    expect((await recorded({ session: { ...session, token: { id: "t", name: "ci" } } }))?.audit?.actor.name).toBe("token:ci")
    const looking = { ...session, username: "operator", role: "viewer" as const, lookingAs: { tenant: "acme", write: false } }
    expect((await recorded({ session: looking }))?.audit?.actor).toMatchObject({ name: "operator", role: "operator", lookingAs: "acme" })
    const script = { ...session, username: "operator", role: "operator" as const, tenant: null, sessionId: LOCAL_SESSION }
    const record = await recorded({ session: script, address: "203.0.113.9", input: {} })
    expect(record?.audit?.actor).toEqual({ name: "operator", role: "operator", address: null, lookingAs: null })
    expect(record?.attributes).toEqual({ via: "local-script" })
  })

  it("names who is not signed in by what they said, within bounds", async () => {
    const attempt = { operation: "sign-in", session: null, input: {}, result: "refused" as const }
    expect((await recorded({ ...attempt, claimedName: "x".repeat(10_000) }))?.audit?.actor.name).toHaveLength(128)
    expect((await recorded(attempt))?.audit).toMatchObject({ actor: { name: "anonymous", role: null } })
  })

  it("of a bulk is one record, with how it came out for each", async () => {
    const ids = Array.from({ length: 1000 }, (_, index) => String(index).padStart(64, "0"))
    const output = { done: ids.slice(2), failed: [{ id: ids[0], code: "conflict", message: "x" }, { id: ids[1] }] }
    const record = await recorded({ operation: "containers.bulk", input: { action: "stop", ids }, output })
    expect(record?.attributes).toMatchObject({ action: "stop", done: "998", failed: "2", failedIds: `${ids[0]} ${ids[1]}` })
    expect(record?.attributes.ids).toContain(ids[200])
    expect(record?.attributes.ids?.length).toBeLessThanOrEqual(16_000)
    expect((await events.list({ limit: 10 })).items).toHaveLength(1)
  })

  it("does not undo what was done because it cannot be written: the log has it", async () => {
    const reported: string[] = []
    const audit = createAudit({
      events: { note: () => Promise.reject(new Error("disk full")) },
      containers: () => containers,
      present,
      now: () => 1000,
      report: (_, doing) => reported.push(doing),
    })
    await audit.record({ operation: "containers.stop", session, address: null, result: "done", input: { id: "web" } })
    expect(reported).toEqual(["record in the audit that ann did containers.stop (done)"])
  })

  it("of a bulk has the names beside the ids, in their order, and as it was given what nobody knows", async () => {
    const [web, db, other] = containers.map(({ id }) => id)
    const operator: SignedIn = { ...session, role: "operator", tenant: null }
    const record = await recorded({
      operation: "containers.bulk",
      session: operator,
      input: { action: "stop", ids: [other, "nothing", web] },
    })
    expect(record?.attributes.names).toBe("web nothing web")
    const own = await recorded({ operation: "containers.bulk", input: { action: "stop", ids: [db, web?.slice(0, 8)] } })
    expect(own?.attributes.names).toBe(`${db} web`)
  })

  it("names a container that was made just now, before anybody lists it, and nobody else's", async () => {
    const made = { id: "b".repeat(64), name: "quick_fox", tenant: "acme" }
    present = async () => [made, { ...made, id: "a".repeat(64), tenant: "other" }]
    expect(await recorded({ operation: "containers.start", input: { id: made.id } })).toMatchObject({ id: made.id, name: "quick_fox" })
    expect(await recorded({ operation: "containers.start", input: { id: "a".repeat(64) } })).toMatchObject({ name: "a".repeat(64) })
    present = () => Promise.reject(new Error("engine away"))
    expect(await recorded({ operation: "containers.start", input: { id: made.id } })).toMatchObject({ id: made.id, name: made.id })
  })

  it("keeps what was known of a container that is gone by then", async () => {
    const known = { id: "d".repeat(64), name: "gone", tenant: "acme", host: "local" }
    expect(await recorded({ operation: "containers.remove", input: { id: "gone" }, containers: [known] })).toMatchObject({
      id: known.id,
      name: "gone",
    })
  })
})
