import Fastify from "fastify"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { createEventLog, type RunningEventLog } from "../services/events/create-event-log.js"
import { createEventJournal } from "../services/events/event-journal.js"
import { createMetering } from "../services/metering/create-metering.js"
import { createMeterStore } from "../services/metering/meter-store.js"
import { HourBook } from "../services/metering/meter-sums.js"
import type { Services } from "../services/services.js"
import type { SignedIn } from "../services/session/sessions.js"
import { fakeEngine, statsOf, summaryOf } from "../testing/fake-engine.js"
import { type TemporaryDatabase, temporaryDatabase } from "../testing/temporary-database.js"
import { localAuthorization, startTestServer } from "../testing/test-server.js"
import { Connections } from "./connections.js"
import { httpError } from "./http-error.js"
import { streamRoutes } from "./stream-routes.js"

const HOUR_MS = 3_600_000
const GIBIBYTE = 2 ** 30
const NOVEMBER = Date.UTC(2026, 10, 1)

let temporary: TemporaryDatabase
let events: RunningEventLog
let session: SignedIn | null
beforeEach(async () => {
  temporary = await temporaryDatabase()
  const { database } = temporary
  events = createEventLog({ database, journal: createEventJournal(database), onError: () => undefined })
  session = signedIn(null)
})
afterEach(async () => {
  events.close()
  await temporary.remove()
})

function signedIn(tenant: string | null): SignedIn {
  const who = { userId: "u", username: "ann", name: "Ann", sessionId: "s", signedInAt: 0, expiresAt: 1, lookingAs: null, token: null }
  return { ...who, role: tenant === null ? "operator" : "viewer", tenant }
}

/** The routes over real events and figures, for whoever `session` is. */
async function get(url: string) {
  const app = Fastify()
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = httpError(error, request.id)
    return reply.status(status).type("application/json").send(body)
  })
  const metering = createMetering({ store: createMeterStore(temporary.database), now: Date.now })
  const services = { sessions: { recognise: async () => session }, events, metering } as unknown as Services
  await app.register(streamRoutes, { services, connections: new Connections() })
  try {
    return await app.inject({ url })
  } finally {
    await app.close()
  }
}

async function note(tenant: string, at: number, more: object = {}) {
  const audit = { actor: { name: "ann", role: "owner" as const, address: "192.0.2.1", lookingAs: null }, result: "done" as const }
  await events.note(
    { at, kind: "audit", action: "containers.start", id: "c", name: "web", tenant, attributes: {}, audit, ...more },
    "local",
  )
}

describe("the export of events", () => {
  it("is CSV with a line for each, oldest first, as a download", async () => {
    await note("acme", 1000, { attributes: { image: 'a "quoted", one\nof two lines' } })
    await note("other", 2000)
    const answer = await get("/api/events/export?format=csv")
    expect(answer.statusCode).toBe(200)
    expect(answer.headers).toMatchObject({
      "content-type": "text/csv; charset=utf-8",
      "content-disposition": 'attachment; filename="events.csv"',
    })
    expect(answer.body).toBe(
      [
        "cursor,time,kind,action,result,actor,role,address,lookingAs,tenant,host,id,name,attributes",
        `1,1970-01-01T00:00:01.000Z,audit,containers.start,done,ann,owner,192.0.2.1,,acme,local,c,web,"{""image"":""a \\""quoted\\"", one\\nof two lines""}"`,
        "2,1970-01-01T00:00:02.000Z,audit,containers.start,done,ann,owner,192.0.2.1,,other,local,c,web,{}",
        "",
      ].join("\n"),
    )
  })

  it("gives a spreadsheet no formula to run", async () => {
    for (const name of ["=1+1", "+1", "-1", "@SUM(A1)", "plain=1"]) await note("acme", 1, { name })
    const { body } = await get("/api/events/export?format=csv")
    expect(
      body
        .split("\n")
        .slice(1, -1)
        .map((line) => line.split(",").at(-2)),
    ).toEqual(["'=1+1", "'+1", "'-1", "'@SUM(A1)", "plain=1"])
  })

  it("as JSON lines has the records as they are, all of them, as far as the filters let them through", async () => {
    for (let at = 0; at < 450; at++) await note(at % 2 === 0 ? "acme" : "other", at)
    const answer = await get("/api/events/export?format=jsonl&tenant=acme&from=10&to=440&kinds=audit&kinds=container&results=done,failed")
    expect(answer.headers["content-type"]).toBe("application/jsonl; charset=utf-8")
    const records = answer.body
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { at: number })
    expect(records.map(({ at }) => at)).toEqual(Array.from({ length: 216 }, (_, index) => 10 + 2 * index))
    expect(records[0]).toEqual((await events.list({ limit: 1, from: 10, to: 10 })).items[0])
    expect((await get("/api/events/export?format=jsonl&actor=nobody")).body).toBe("")
    expect((await get("/api/events/export?format=csv&actor=nobody")).body).toMatch(/^cursor,.*\n$/)
  })

  it("has only their own for a tenant's members, and nothing of another's", async () => {
    await note("acme", 1)
    await note("other", 2)
    session = signedIn("acme")
    expect((await get("/api/events/export?format=jsonl&tenant=other")).body).toBe("")
    for (const query of ["", "&tenant=acme"]) {
      const { body } = await get(`/api/events/export?format=jsonl${query}`)
      expect(
        body
          .trimEnd()
          .split("\n")
          .map((line) => (JSON.parse(line) as { tenant: string }).tenant),
      ).toEqual(["acme"])
    }
  })

  it("tells a tenant's members that the provider's staff did something, and not from where", async () => {
    const by = (role: "operator" | "support" | "member") => ({
      audit: { actor: { name: role, role, address: "192.0.2.1", lookingAs: null }, result: "done" },
    })
    for (const role of ["operator", "support", "member"] as const) await note("acme", 1, by(role))
    session = signedIn("acme")
    const { body } = await get("/api/events/export?format=csv")
    const rows = body.split("\n").slice(1, -1)
    expect(rows.map((row) => row.split(",").slice(5, 8).join(" "))).toEqual([
      "operator operator ",
      "support support ",
      "member member 192.0.2.1",
    ])
  })

  it("is refused without a session, in an unknown format and with a filter that is none", async () => {
    for (const query of ["", "?format=xml", "?format=csv&kinds=nothing", "?format=csv&from=yesterday"])
      expect((await get(`/api/events/export${query}`)).statusCode, query).toBe(400)
    session = null
    expect((await get("/api/events/export?format=csv")).statusCode).toBe(401)
    expect((await get("/api/metering/export?format=csv&month=2026-11")).statusCode).toBe(401)
  })
})

describe("the export of figures", () => {
  beforeEach(async () => {
    const book = new HourBook()
    for (const [tenant, hour] of [
      ["other", 0],
      ["acme", 1],
      ["acme", 0],
      ["acme", 30 * 24],
    ] as const) {
      const sums = book.of(tenant, NOVEMBER + hour * HOUR_MS)
      Object.assign(sums, { memoryUsedByteHours: GIBIBYTE / 2, receivedBytes: 7, measuredMs: 1500 })
    }
    await createMeterStore(temporary.database).write({ hours: book.take(), counters: [], forgetBefore: 0 })
  })

  it("is by tenant and hour of the month", async () => {
    const answer = await get("/api/metering/export?month=2026-11&format=csv")
    expect(answer.headers["content-disposition"]).toBe('attachment; filename="metering-2026-11.csv"')
    expect(answer.body).toBe(
      [
        "tenant,hour,memorySoldGibHours,memoryUsedGibHours,cpuSoldCoreHours,cpuUsedCoreHours,diskSoldGibHours,diskUsedGibHours,receivedBytes,transmittedBytes,measuredSeconds",
        "acme,2026-11-01T00:00:00.000Z,0,0.5,0,0,0,0,7,0,1.5",
        "acme,2026-11-01T01:00:00.000Z,0,0.5,0,0,0,0,7,0,1.5",
        "other,2026-11-01T00:00:00.000Z,0,0.5,0,0,0,0,7,0,1.5",
        "",
      ].join("\n"),
    )
    const { body } = await get("/api/metering/export?month=2026-12&format=jsonl")
    expect(JSON.parse(body)).toMatchObject({ tenant: "acme", at: NOVEMBER + 30 * 24 * HOUR_MS, memoryUsedGibHours: 0.5 })
  })

  it("is their own for a tenant's members; another tenant is not found", async () => {
    session = signedIn("other")
    expect((await get("/api/metering/export?month=2026-11&format=csv")).body.split("\n")).toHaveLength(3)
    const refused = await get("/api/metering/export?month=2026-11&format=csv&tenant=acme")
    expect([refused.statusCode, refused.json()]).toMatchObject([404, { error: { code: "not_found" } }])
    const own = await get("/api/metering/export?month=2026-11&format=csv&tenant=other")
    expect(own.headers["content-disposition"]).toBe('attachment; filename="metering-other-2026-11.csv"')
  })

  it("of a month that is none is refused", async () => {
    expect((await get("/api/metering/export?month=2026-13&format=csv")).statusCode).toBe(400)
  })
})

it("a server meters what runs, from the first minute on, and loses nothing to a stop", async () => {
  const engine = fakeEngine()
  const server = await startTestServer({ openEngine: async () => engine })
  try {
    const month = new Date().toISOString().slice(0, 7)
    const metered = async () => (await server.query("metering.month", { month }, localAuthorization(server))).json()
    engine.put(summaryOf("aaaa", { tenant: "acme", state: { status: "running", pid: 1, startedAt: Date.now() } }))
    const read = engine.containers.statsAll
    let samples = 0
    const sampled = new Promise<void>((resolve) => {
      engine.containers.statsAll = async () => {
        samples++
        engine.stats.set("aaaa", statsOf("aaaa", Date.now(), samples * 1000))
        if (samples === 4) resolve()
        return read()
      }
    })
    expect(await metered()).toMatchObject({ result: { data: { month, rows: [] } } })
    await sampled
    await server.restart()
    expect(await metered()).toMatchObject({
      result: { data: { rows: [{ tenant: "acme", memoryUsedGibHours: expect.any(Number), measuredSeconds: expect.any(Number) }] } },
    })
    const hours = (await server.query("metering.hours", { month, tenant: "acme" }, localAuthorization(server))).json() as {
      result: { data: { measuredSeconds: number }[] }
    }
    expect(hours.result.data.reduce((sum, hour) => sum + hour.measuredSeconds, 0)).toBeGreaterThan(0.5)
  } finally {
    await server.remove()
  }
}, 60_000)
