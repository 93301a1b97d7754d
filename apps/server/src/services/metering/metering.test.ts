import type { ContainerStats } from "@plimsoll/runtime"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { ContainerRow } from "../../contract/containers.js"
import { statsOf, summaryOf } from "../../testing/fake-engine.js"
import { type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import type { Sample } from "../live/sampler.js"
import type { Samplers } from "../live/samplers.js"
import { createMetering } from "./create-metering.js"
import { meterReadings } from "./meter-readings.js"
import { type MeterFrame, MeterRecorder } from "./meter-recorder.js"
import { createMeterStore, type MeterStore } from "./meter-store.js"
import type { MeterReading } from "./run-counters.js"

const GIBIBYTE = 2 ** 30
const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const START = Date.UTC(2026, 10, 27, 10)

let temporary: TemporaryDatabase
let monotonic: number
let wall: number
beforeEach(async () => {
  temporary = await temporaryDatabase()
  monotonic = 1000
  wall = START
})
afterEach(() => temporary.remove())

function open(store: MeterStore = createMeterStore(temporary.database)) {
  return MeterRecorder.open({ store, monotonic: () => monotonic })
}

/** A container of acme with a gibibyte of memory in a run that began with the test. */
function reading(changes: Partial<MeterReading> = {}): MeterReading {
  const traffic = { receivedBytes: 0, transmittedBytes: 0 }
  const run = { startedAt: START, sampledAt: wall, memoryUsedBytes: GIBIBYTE, cpuMicros: 0, traffic }
  return { host: "local", id: "c1", tenant: "acme", ...run, ...changes }
}

function frame(readings: MeterReading[], changes: Partial<MeterFrame> = {}): MeterFrame {
  return { at: wall, hosts: ["local"], readings, diskUsedBytes: new Map(), sold: new Map(), ...changes }
}

/** One second passes, and then there is this. */
async function second(recorder: MeterRecorder, readings: MeterReading[], changes: Partial<MeterFrame> = {}) {
  tick(1000)
  recorder.record(
    frame(
      readings.map((each) => ({ ...each, sampledAt: wall })),
      changes,
    ),
  )
  await recorder.writeIfDue()
}

function tick(ms: number) {
  monotonic += ms
  wall += ms
}

function traffic(receivedBytes: number, transmittedBytes = 0) {
  return { traffic: { receivedBytes, transmittedBytes } }
}

/** What the database has of acme in November 2026, from which nothing else can be told but by asking it. */
async function november(tenant = "acme") {
  const metering = createMetering({ store: createMeterStore(temporary.database), now: () => wall })
  return (await metering.month("2026-11", tenant)).rows[0]
}

describe("the meter", () => {
  it("adds up memory, CPU, disk and what was sold over time", async () => {
    const recorder = await open()
    const sold = new Map([
      ["acme", { memoryMaxBytes: 4 * GIBIBYTE, cpuMaxCores: 2, diskBytes: 10 * GIBIBYTE }],
      ["idle", { memoryMaxBytes: GIBIBYTE, cpuMaxCores: 1, diskBytes: 0 }],
    ])
    const diskUsedBytes = new Map([["acme", 3 * GIBIBYTE]])
    recorder.record(frame([reading()], { sold, diskUsedBytes }))
    for (let at = 1; at <= 1800; at++)
      await second(recorder, [reading({ cpuMicros: at * 500_000 }), reading({ id: "c2", tenant: "free" })], { sold, diskUsedBytes })
    await recorder.flush()
    const acme = await november()
    expect(acme).toEqual({
      tenant: "acme",
      memorySoldGibHours: expect.closeTo(2, 9),
      memoryUsedGibHours: expect.closeTo(0.5, 9),
      cpuSoldCoreHours: expect.closeTo(1, 9),
      cpuUsedCoreHours: expect.closeTo(0.25, 9),
      diskSoldGibHours: expect.closeTo(5, 9),
      diskUsedGibHours: expect.closeTo(1.5, 9),
      receivedBytes: 0,
      transmittedBytes: 0,
      measuredSeconds: 1800,
    })
    expect(await november("idle")).toMatchObject({
      memorySoldGibHours: expect.closeTo(0.5, 9),
      memoryUsedGibHours: 0,
      measuredSeconds: 1800,
    })
    expect(await november("free")).toMatchObject({ memorySoldGibHours: 0, memoryUsedGibHours: expect.closeTo(0.5, 9) })
    expect(await november("nobody")).toBeUndefined()
  })

  it("goes on where a server that was killed in the middle of a minute stopped: traffic is caught up, time is not invented, nothing is twice", async () => {
    const first = await open()
    first.record(frame([reading()]))
    for (let at = 1; at <= 90; at++) await second(first, [reading({ ...traffic(at * 10, at), cpuMicros: at * 1_000_000 })])
    // What came after the last whole minute was in memory only.
    expect(await november()).toMatchObject({ receivedBytes: 600, transmittedBytes: 60, measuredSeconds: 60 })
    await temporary.reopen()
    const again = await open()
    tick(10 * 60_000)
    again.record(frame([reading({ ...traffic(100_000, 5000), cpuMicros: 600_000_000 })]))
    await second(again, [reading({ ...traffic(100_001, 5000), cpuMicros: 600_500_000 })])
    await again.flush()
    const acme = await november()
    expect(acme).toMatchObject({ receivedBytes: 100_001, transmittedBytes: 5000, measuredSeconds: 61 })
    expect((acme?.cpuUsedCoreHours ?? 0) * 3600).toBeCloseTo(60.5, 6)
    expect((acme?.memoryUsedGibHours ?? 0) * 3600).toBeCloseTo(61, 6)
    await again.flush()
    expect(await november()).toEqual(acme)
  })

  it("writes hours and counters together or not at all, and what could not be written with the next minute", async () => {
    const { sql } = temporary.database
    const recorder = await open()
    // Fails in the middle of the transaction, when the hours are in already.
    await sql.run("ALTER TABLE meter_counter RENAME TO away")
    const errors: unknown[] = []
    recorder.record(frame([reading()]))
    for (let at = 1; at <= 150; at++) {
      if (at === 70) {
        expect(await november()).toBeUndefined()
        await sql.run("ALTER TABLE away RENAME TO meter_counter")
      }
      await second(recorder, [reading(traffic(at * 10))]).catch((error: unknown) => errors.push(error))
    }
    expect(errors).toHaveLength(1)
    expect(await november()).toMatchObject({ receivedBytes: 1200, measuredSeconds: 120 })
    // A server that ends here has lost time, and no traffic.
    tick(1000)
    const again = await open()
    again.record(frame([reading(traffic(1500))]))
    await again.flush()
    expect(await november()).toMatchObject({ receivedBytes: 1500, measuredSeconds: 120 })
  })

  it("counts once what came in a minute that could not be written, also when nothing comes after it", async () => {
    const store = createMeterStore(temporary.database)
    let full = false
    const recorder = await open({ ...store, write: (change) => (full ? Promise.reject(new Error("disk full")) : store.write(change)) })
    recorder.record(frame([reading()]))
    await second(recorder, [reading(traffic(100))])
    await recorder.flush()
    full = true
    await second(recorder, [reading(traffic(500))])
    await expect(recorder.flush()).rejects.toThrow("disk full")
    full = false
    await second(recorder, [reading(traffic(500))])
    await recorder.flush()
    tick(1000)
    const again = await open()
    again.record(frame([reading(traffic(500))]))
    await again.flush()
    expect(await november()).toMatchObject({ receivedBytes: 500, measuredSeconds: 3 })
  })

  it("takes the counters of a new run from 0, in the middle of a minute and across a restart of the server", async () => {
    const recorder = await open()
    recorder.record(frame([reading()]))
    await second(recorder, [reading({ ...traffic(1000), cpuMicros: 2_000_000 })])
    await second(recorder, [])
    const startedAt = wall
    await second(recorder, [reading({ ...traffic(300), startedAt, cpuMicros: 500_000 })])
    await second(recorder, [reading({ ...traffic(400), startedAt, cpuMicros: 600_000 })])
    await recorder.flush()
    expect(await november()).toMatchObject({ receivedBytes: 1400, cpuUsedCoreHours: expect.closeTo(2.6 / 3600, 9) })
    tick(60_000)
    const again = await open()
    again.record(frame([reading({ ...traffic(50), startedAt: wall - 30_000, cpuMicros: 9_000_000 })]))
    await again.flush()
    expect(await november()).toMatchObject({ receivedBytes: 1450, cpuUsedCoreHours: expect.closeTo(2.6 / 3600, 9) })
  })

  it("counts a container that is new from its beginning, also one that was made while the server was down", async () => {
    const recorder = await open()
    recorder.record(frame([reading()]))
    await second(recorder, [reading(), reading({ id: "c2", startedAt: wall + 500, ...traffic(70), cpuMicros: 3_600_000 })])
    await recorder.flush()
    expect(await november()).toMatchObject({ receivedBytes: 70, cpuUsedCoreHours: expect.closeTo(0.001, 9) })
    tick(HOUR_MS)
    const again = await open()
    again.record(frame([reading({ id: "c3", startedAt: wall - 60_000, ...traffic(30) })]))
    await again.flush()
    expect(await november()).toMatchObject({ receivedBytes: 100 })
  })

  it("counts what ran already on a host that was not known from now on", async () => {
    const recorder = await open()
    recorder.record(frame([reading(traffic(5_000_000))]))
    await second(recorder, [reading(traffic(5_000_001))])
    const far = reading({ host: "far", id: "old", startedAt: START - DAY_MS, cpuMicros: 1e12 })
    await second(recorder, [{ ...far, ...traffic(9_000_000) }], { hosts: ["local", "far"] })
    await second(recorder, [{ ...far, ...traffic(9_000_010) }], { hosts: ["local", "far"] })
    await recorder.flush()
    expect(await november()).toMatchObject({ receivedBytes: 11, cpuUsedCoreHours: 0 })
  })

  it("counts nothing twice when a counter goes back, as when a container leaves a network, or when a sample comes again", async () => {
    const recorder = await open()
    recorder.record(frame([reading()]))
    await second(recorder, [reading(traffic(1000))])
    await second(recorder, [reading(traffic(200))])
    await second(recorder, [reading(traffic(250))])
    tick(1000)
    const stale = reading({ ...traffic(999), sampledAt: wall - 1000 })
    recorder.record(frame([stale]))
    recorder.record(frame([{ ...stale, traffic: undefined, sampledAt: wall }]))
    await second(recorder, [reading(traffic(260))])
    await recorder.flush()
    expect(await november()).toMatchObject({ receivedBytes: 1060 })
  })

  it("takes one that hibernates for one that is there with no memory, and counts all that it does when it is awake again", async () => {
    const recorder = await open()
    const [id, startedAt] = ["c".repeat(64), START]
    const rows = new Map<string, ContainerRow>()
    const samples = new Map<string, Sample>()
    const sampler = { rows, samples, sampledAt: wall }
    const samplers = { all: () => [["local", sampler]] } as unknown as Pick<Samplers, "all">
    /** A second in which it runs with these counters since it was made or brought back, or hibernates. */
    const live = async (counters?: { usageMicros: number; receivedBytes: number }) => {
      const network = { receivedBytes: counters?.receivedBytes ?? 0, receivedPackets: 1, transmittedBytes: 0, transmittedPackets: 1 }
      const awake = { status: "running", pid: 1, startedAt } as const
      const state = counters === undefined ? ({ status: "hibernated", startedAt, hibernatedAt: wall } as const) : awake
      tick(1000)
      sampler.sampledAt = wall
      samples.clear()
      rows.set(id, { ...summaryOf(id, { tenant: "acme", state, networks: [{} as never] }), host: "local", stats: null })
      const stats = statsOf(id, wall, counters?.usageMicros ?? 0, { network } as Partial<ContainerStats>)
      if (counters !== undefined) samples.set(id, { stats } as Sample)
      const { hosts, readings } = meterReadings(samplers, wall)
      await second(recorder, readings, { hosts })
    }
    await live({ usageMicros: 0, receivedBytes: 0 })
    await live({ usageMicros: 5_000_000, receivedBytes: 1000 })
    for (let at = 0; at < 10; at++) await live()
    await live({ usageMicros: 200_000, receivedBytes: 300 })
    await live({ usageMicros: 400_000, receivedBytes: 1500 })
    await recorder.flush()
    const acme = await november()
    expect(acme).toMatchObject({ receivedBytes: 2500 })
    expect((acme?.cpuUsedCoreHours ?? 0) * 3600).toBeCloseTo(5.4, 6)
    expect((acme?.memoryUsedGibHours ?? 0) * 3600 * GIBIBYTE).toBeCloseTo(2000 * 3, 6)
    expect(acme?.measuredSeconds).toBe(26)
  })

  it.each([
    ["forward", 5 * DAY_MS - 6 * HOUR_MS],
    ["back", -3 * DAY_MS],
  ])("neither doubles nor invents when the clock jumps %s", async (_, jump) => {
    const recorder = await open()
    recorder.record(frame([reading()]))
    for (let at = 1; at <= 100; at++) await second(recorder, [reading({ ...traffic(at), cpuMicros: at * 1_000_000 })])
    wall += jump
    for (let at = 101; at <= 200; at++) await second(recorder, [reading({ ...traffic(at), cpuMicros: at * 1_000_000 })])
    await recorder.flush()
    const metering = createMetering({ store: createMeterStore(temporary.database), now: () => wall })
    const months = await Promise.all(["2026-11", "2026-12"].map(async (month) => (await metering.month(month, "acme")).rows))
    const hours = months.flat()
    const sum = (name: "measuredSeconds" | "receivedBytes" | "cpuUsedCoreHours") => hours.reduce((total, row) => total + row[name], 0)
    expect(sum("measuredSeconds")).toBe(200)
    expect(sum("receivedBytes")).toBe(200)
    expect(sum("cpuUsedCoreHours") * 3600).toBeCloseTo(200, 6)
    tick(1000)
    const again = await open()
    again.record(frame([reading(traffic(205))]))
    await again.flush()
    expect(
      (await metering.month("2026-11", "acme")).rows
        .concat((await metering.month("2026-12", "acme")).rows)
        .reduce((total, row) => total + row.receivedBytes, 0),
    ).toBe(205)
  })

  it("takes a frame for five seconds at most, and none for a moment at which no host could be measured", async () => {
    const recorder = await open()
    recorder.record(frame([reading()]))
    tick(90_000)
    recorder.record(frame([reading()]))
    tick(3000)
    recorder.record(frame([], { hosts: [], sold: new Map([["acme", { memoryMaxBytes: 1, cpuMaxCores: 1, diskBytes: 1 }]]) }))
    await second(recorder, [reading()])
    await recorder.flush()
    expect(await november()).toMatchObject({ measuredSeconds: 6 })
  })

  it("puts each second into its hour, and each hour into its month", async () => {
    wall = Date.UTC(2026, 11, 1) - 5000
    const recorder = await open()
    recorder.record(frame([reading()]))
    for (let at = 1; at <= 10; at++) await second(recorder, [reading(traffic(at))])
    await recorder.flush()
    const metering = createMetering({ store: createMeterStore(temporary.database), now: () => wall })
    expect(await metering.month("2026-11")).toMatchObject({
      from: Date.UTC(2026, 10, 1),
      to: Date.UTC(2026, 11, 1),
      rows: [{ tenant: "acme", measuredSeconds: 4, receivedBytes: 4 }],
    })
    expect(await metering.month("2026-12")).toMatchObject({ to: wall, rows: [{ measuredSeconds: 6, receivedBytes: 6 }] })
    expect((await metering.hours("2026-11", undefined)).map(({ tenant, at }) => [tenant, at])).toEqual([
      ["acme", Date.UTC(2026, 10, 30, 23)],
    ])
    expect((await metering.hours("2026-12", "acme")).map(({ at }) => at)).toEqual([Date.UTC(2026, 11, 1)])
    expect(await metering.month("2027-01")).toMatchObject({ to: Date.UTC(2027, 1, 1), rows: [] })
    await expect(metering.month("2026-13")).rejects.toMatchObject({ code: "invalid_argument" })
  })

  it("forgets the counters of containers that have been gone for a day", async () => {
    const recorder = await open()
    const store = createMeterStore(temporary.database)
    recorder.record(frame([reading(), reading({ id: "gone", startedAt: wall })]))
    await second(recorder, [reading(traffic(1)), reading({ id: "gone", startedAt: START, ...traffic(1) })])
    await recorder.flush()
    expect((await store.counters()).map(({ id }) => id)).toEqual(["local:c1", "local:gone"])
    // One that is there and idle is still known.
    for (let hour = 0; hour < 26; hour++) {
      tick(HOUR_MS)
      await second(recorder, [reading(traffic(1))])
      if (hour === 21) expect(await store.counters()).toHaveLength(2)
    }
    await recorder.flush()
    expect((await store.counters()).map(({ id, seenAt }) => [id, wall - seenAt < 2 * HOUR_MS])).toEqual([["local:c1", true]])
    expect(await november()).toMatchObject({ receivedBytes: 2 })
  })

  it("costs 500 containers one transaction a minute, with a statement for each that had traffic and each tenant", async () => {
    const { database } = temporary
    let transactions = 0
    let statements = 0
    const store = createMeterStore({
      sql: database.sql,
      write: (work) => {
        transactions++
        return database.write((sql) =>
          work({
            ...sql,
            run: (...statement) => {
              statements++
              return sql.run(...statement)
            },
          }),
        )
      },
    })
    const recorder = await open(store)
    const containers = (at: number) =>
      Array.from({ length: 500 }, (_, index) =>
        reading({ id: `c${index}`, tenant: `t${index % 20}`, cpuMicros: at * 1000, ...traffic(index < 100 ? at : 0) }),
      )
    recorder.record(frame(containers(0)))
    for (let at = 1; at <= 60; at++) await second(recorder, containers(at))
    expect([transactions, statements]).toEqual([1, 500 + 20 + 1])
    for (let at = 61; at <= 120; at++) await second(recorder, containers(at))
    expect([transactions, statements]).toEqual([2, 521 + 100 + 20 + 1])
  })
})

describe("what was sold", () => {
  it("is what the plans of the tenants in the database say now", async () => {
    const { prisma } = temporary.database
    const terms = { memoryMaxBytes: GIBIBYTE, cpuMaxCores: 1.5, diskBytes: 7 }
    await prisma.plan.create({ data: { id: "p", name: "Small", terms: JSON.stringify(terms), createdAt: 1, changedAt: 1 } })
    await prisma.tenant.create({ data: { name: "acme", title: "", planId: "p", createdAt: 1 } })
    expect([...(await createMeterStore(temporary.database).sold())]).toEqual([["acme", terms]])
  })
})
