import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { whatIfInput } from "../../contract/overprovisioning.js"
import { type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import { someTerms } from "../../testing/tenancy.js"
import { createMeterStore } from "../metering/meter-store.js"
import { HourBook } from "../metering/meter-sums.js"
import type { Figures } from "../metrics/figures.js"
import { createMetricsStore, QUARTER_MS } from "../metrics/metrics-store.js"
import { metricsOf, type Subject } from "../metrics/subjects.js"
import { computeWhatIf } from "./what-if/compute-what-if.js"
import type { PresentSale } from "./what-if/present-sales.js"
import { createWhatIf, type WhatIfDependencies } from "./what-if.js"

const GiB = 2 ** 30
const NOW = Date.UTC(2026, 10, 27, 12, 3)

let temporary: TemporaryDatabase
beforeEach(async () => {
  temporary = await temporaryDatabase()
})
afterEach(() => temporary.remove())

const tenant = (key: string, memory: number): PresentSale => ({
  subject: { scope: "tenant", key },
  limits: { memory, cpu: 2, disk: 10 * GiB, pids: 100 },
})

/** Writes quarter-hours of `subject` from `days` ago up to now: memory highest and mean, CPU highest and mean. */
async function record(subject: Subject, days: number, figure: (quarter: number) => { memory: number; cpu: number } | undefined) {
  const store = createMetricsStore(temporary.database)
  const width = metricsOf(subject.scope).length
  const to = Math.floor(NOW / QUARTER_MS) * QUARTER_MS
  const entries: { subject: Subject; figures: Figures }[] = []
  for (let quarter = 0; quarter < days * 96; quarter++) {
    const values = figure(quarter)
    if (values === undefined) continue
    const row = (share: number) => {
      const figures = new Float32Array(width).fill(Number.NaN)
      figures[metricsOf(subject.scope).indexOf("cpuCores")] = values.cpu * share
      figures[metricsOf(subject.scope).indexOf("memoryUsedBytes")] = values.memory * share
      return figures
    }
    entries.push({
      subject,
      figures: { at: to - (days * 96 - quarter) * QUARTER_MS, samples: 900, mean: row(0.5), max: row(1), p95: row(1) },
    })
  }
  await store.write("quarter", entries)
}

function open(sales: PresentSale[], changes: Partial<WhatIfDependencies> = {}) {
  let reads = 0
  const store = createMetricsStore(temporary.database)
  const line = (resource: string, allocatable: number) => ({ resource, allocatable })
  const service = createWhatIf({
    store: {
      oldest: store.oldest,
      readCourses: (...given) => {
        reads++
        return store.readCourses(...given)
      },
    },
    diskHours: createMeterStore(temporary.database).hours,
    sales: async () => sales,
    plans: async () => [{ id: "p1", name: "Small", terms: { ...someTerms, memoryMaxBytes: GiB, diskBytes: 0 } }],
    overprovisioning: {
      now: async () =>
        ({
          resources: [line("memory", 4 * GiB), line("cpu", 4), line("disk", 20 * GiB)],
          ladder: { settings: { nap: { always: false, idleCores: 0.01, idleMs: 3_600_000 } } },
        }) as never,
    },
    now: () => NOW,
    answer: async (question) => computeWhatIf(question),
    ...changes,
  })
  const ask = (input: object, user = "u1", signal?: AbortSignal) => service.ask(user, whatIfInput.parse({ theta: 0.9, ...input }), signal)
  return { ask, warm: service.warm, reads: () => reads }
}

describe("what if", () => {
  it("replays the recorded highest memory of this machine's sales, at another size of machine", async () => {
    await record({ scope: "tenant", key: "acme" }, 10, () => ({ memory: GiB, cpu: 0.5 }))
    await record({ scope: "tenant", key: "beta" }, 10, () => ({ memory: GiB / 2, cpu: 0 }))
    const { ask } = open([tenant("acme", 3 * GiB), tenant("beta", 2 * GiB)])
    const answer = await ask({ resource: "memory" })
    expect(answer).toMatchObject({ days: 10, allocatable: 4 * GiB, sold: 1.25, admitted: 2, refused: 0, exhaustedShare: 0, wouldNap: 1 })
    expect(answer.points.at(-1)?.used).toBe(1.5 * GiB)
    // A smaller one cannot hold both.
    expect(await ask({ resource: "memory", capacityShare: 0.6 })).toMatchObject({
      admitted: 1,
      refused: 1,
      allocatable: expect.closeTo(2.4 * GiB, 0),
    })
    expect(await ask({ resource: "memory", ratio: 1 })).toMatchObject({ admitted: 1, refused: 1 })
  })

  it("judges CPU by its means and shows the predictor its highest", async () => {
    await record({ scope: "tenant", key: "acme" }, 10, () => ({ memory: 1, cpu: 1 }))
    const answer = await open([tenant("acme", GiB)]).ask({ resource: "cpu" })
    expect(answer.points.at(-1)).toMatchObject({ used: 0.5, predictedPeak: expect.closeTo(1.3, 5) })
    expect(answer.remarks.join()).toContain("means of quarter-hours")
  })

  it("lets extra tenants use what present ones use, scaled to their plan, and says that it is a guess", async () => {
    await record({ scope: "tenant", key: "acme" }, 10, () => ({ memory: GiB / 4, cpu: 0 }))
    const { ask } = open([tenant("acme", 2 * GiB)])
    const answer = await ask({ resource: "memory", extra: [{ plan: "p1", count: 3 }] })
    expect(answer).toMatchObject({ admitted: 4, wouldNap: 4 })
    expect(answer.points.at(-1)?.used).toBe((1 / 4 + 3 / 8) * GiB)
    expect(answer.remarks.join()).toContain("a guess")
    await expect(ask({ resource: "memory", extra: [{ plan: "gone", count: 1 }] })).rejects.toMatchObject({ code: "not_found" })
  })

  it("counts extra tenants as refused when nobody knows what they would use", async () => {
    await record({ scope: "tenant", key: "acme" }, 0.5, () => ({ memory: 1, cpu: 0 }))
    const answer = await open([tenant("acme", GiB)]).ask({ resource: "memory", extra: [{ plan: "p1", count: 3 }] })
    expect(answer).toMatchObject({ admitted: 1, refused: 3 })
    expect(answer.remarks.join()).toContain("none was let in")
  })

  it("takes disk from the hours of the metering, and says what it does not know", async () => {
    const hours = Array.from({ length: 240 }, (_, hour) => ({
      tenant: "acme",
      at: Math.floor(NOW / 3_600_000) * 3_600_000 - (240 - hour) * 3_600_000,
      sums: { ...new HourBook().of("acme", 0), diskUsedByteHours: GiB, measuredMs: 1_800_000 },
    }))
    await createMeterStore(temporary.database).write({ hours, counters: [], forgetBefore: 0 })
    await record({ scope: "tenant", key: "acme" }, 10, () => ({ memory: 1, cpu: 0 }))
    const answer = await open([tenant("acme", GiB)]).ask({ resource: "disk", extra: [{ plan: "p1", count: 1 }] })
    // A gibibyte-hour in half an hour.
    expect(answer.points.at(-1)?.used).toBe(2 * GiB)
    expect(answer.remarks.join()).toMatch(/hourly means of tenants.*“Small” promise nothing of the disks/)
  })

  it("says that the history is short, has gaps, or is not there", async () => {
    await record({ scope: "tenant", key: "acme" }, 3, (quarter) => (quarter > 20 && quarter < 80 ? undefined : { memory: 1, cpu: 0 }))
    const { ask } = open([tenant("acme", GiB), tenant("unseen", GiB)])
    const { remarks, remarkFacts, days } = await ask({ resource: "memory" })
    expect(days).toBeCloseTo((288 - 59) / 96, 2)
    expect(remarks.join("\n")).toMatch(
      /back 3 days, not 30 days\.\n.*short:.*\nIn 15 hours of it nothing was recorded.*\nOf 1 sale nothing is recorded/s,
    )
    expect(remarkFacts).toEqual([
      { code: "short-history", hours: 72, askedDays: 30 },
      { code: "young" },
      { code: "gap", hours: 14.75 },
      { code: "unseen", sales: 1 },
      { code: "present-only" },
    ])
    const empty = await open([tenant("nobody", GiB)]).ask({ resource: "memory" })
    expect(empty).toMatchObject({ days: 0, points: [], remarks: [expect.stringContaining("nothing to replay")] })
  })

  it("reads the history once for whoever asks again within the quarter-hour", async () => {
    await record({ scope: "tenant", key: "acme" }, 2, () => ({ memory: 1, cpu: 0 }))
    const { ask, reads } = open([tenant("acme", GiB)])
    await ask({ resource: "memory" })
    await ask({ resource: "memory", theta: 0.5 })
    await ask({ resource: "cpu" })
    // Of three days of UTC a part, a day a turn.
    expect(reads()).toBe(3)
  })

  it("reads days that are over once, and of those who come later what is theirs", async () => {
    await record({ scope: "tenant", key: "acme" }, 3, (quarter) => ({ memory: quarter, cpu: 0 }))
    await record({ scope: "tenant", key: "beta" }, 3, () => ({ memory: 1000, cpu: 0 }))
    const sales = [tenant("acme", GiB)]
    const { ask, reads, warm } = open(sales)
    await warm()
    expect(reads()).toBe(4)
    const { points } = await ask({ resource: "memory" })
    expect(points.map(({ used }) => used)).toEqual(Array.from({ length: 288 }, (_, quarter) => quarter))
    // Today alone.
    expect(reads()).toBe(5)
    sales.push(tenant("beta", GiB))
    const both = await ask({ resource: "memory" })
    expect(both.points.map(({ used }) => used)).toEqual(Array.from({ length: 288 }, (_, quarter) => quarter + 1000))
    expect(reads()).toBe(9)
    const short = await ask({ resource: "memory", days: 1 })
    expect(short.points.map(({ used }) => used)).toEqual(both.points.slice(-short.points.length).map(({ used }) => used))
    expect(reads()).toBe(10)
  })

  it("drops a user's question for the next one, and nobody else's", async () => {
    await record({ scope: "tenant", key: "acme" }, 2, () => ({ memory: 1, cpu: 0 }))
    const signals: AbortSignal[] = []
    const { ask } = open([tenant("acme", GiB)], {
      answer: async (question, signal) => {
        signals.push(signal)
        if (signals.length < 3) await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)))
        return computeWhatIf(question)
      },
    })
    const leave = new AbortController()
    const other = ask({ resource: "memory" }, "u2", leave.signal)
    const first = ask({ resource: "memory" })
    await expect.poll(() => signals.length).toBe(2)
    const second = ask({ resource: "memory" })
    await expect(first).rejects.toMatchObject({ code: "aborted", publicMessage: expect.stringContaining("Another question") })
    expect((await second).admitted).toBe(1)
    expect(signals.map(({ aborted }) => aborted)).toEqual([false, true, false])
    leave.abort()
    await expect(other).rejects.toMatchObject({ code: "aborted" })
  })
})

describe("readCourses", () => {
  it("gives what read gives, from a part of the rows, with NaN where there is none or where an older version kept less", async () => {
    const subject: Subject = { scope: "container", key: "c".repeat(64) }
    await record(subject, 1, (quarter) => (quarter % 7 === 3 ? undefined : { memory: quarter * GiB, cpu: quarter / 3 }))
    const { database } = temporary
    const from = Math.floor(NOW / QUARTER_MS) * QUARTER_MS - 60 * QUARTER_MS
    // Three rows of two metrics.
    await database.write((sql) =>
      sql.run('UPDATE metric_quarter SET "figures" = ? WHERE "at" = ?', [Buffer.from(new Float32Array([1, 2, 3, 4, 5, 6]).buffer), from]),
    )
    const store = createMetricsStore(database)
    const none: Subject = { scope: "tenant", key: "none" }
    const other: Subject = { scope: "tenant", key: "acme" }
    await record(other, 1, () => ({ memory: 7, cpu: 0 }))
    const [memory, cpu] = await store.readCourses([none, subject], ["memoryUsedBytes", "cpuCores"], { from, steps: 50 })
    const expected = { memory: new Float32Array(50).fill(Number.NaN), cpuMean: new Float32Array(50).fill(Number.NaN) }
    for (const { at, mean, max } of await store.read("quarter", subject, from, from + 50 * QUARTER_MS)) {
      expected.memory[(at - from) / QUARTER_MS] = max[metricsOf("container").indexOf("memoryUsedBytes")] as number
      expected.cpuMean[(at - from) / QUARTER_MS] = mean[0] as number
    }
    expect(expected.memory.filter((value) => !Number.isNaN(value))).toHaveLength(42)
    expect([memory?.max.subarray(50), cpu?.mean.subarray(50)]).toEqual([expected.memory, expected.cpuMean])
    expect(cpu?.mean[50]).toBe(1)
    expect(memory?.max.subarray(0, 50)).toEqual(new Float32Array(50).fill(Number.NaN))
  })
})
