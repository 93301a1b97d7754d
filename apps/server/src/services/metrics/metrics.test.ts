import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { besideConsole, type TemporaryDatabase, temporaryDatabase } from "../../testing/temporary-database.js"
import { MetricsRecorder } from "./metrics-recorder.js"
import { createMetricsStore, MINUTE_MS, QUARTER_MS } from "./metrics-store.js"
import { querySeries } from "./query-series.js"
import { metricsOf, type Subject } from "./subjects.js"

const DAY_MS = 86_400_000
const START = Date.UTC(2026, 0, 1)
const subject: Subject = { scope: "container", key: "a".repeat(64) }
const width = metricsOf("container").length
const cpu = (value: number) => Array.from({ length: width }, (_, index) => (index === 0 ? value : Number.NaN))

let temporary: TemporaryDatabase
let monotonic: number
beforeEach(async () => {
  temporary = await temporaryDatabase()
  monotonic = 0
})
afterEach(() => temporary.remove())

function open() {
  const store = createMetricsStore(temporary.database)
  return { store, recorder: new MetricsRecorder({ store, monotonic: () => monotonic }) }
}

/** One sample a second from `from` up to `to`. */
async function run(recorder: MetricsRecorder, from: number, to: number, value: (at: number) => number = () => 1) {
  for (let at = from; at < to; at += 1000) {
    monotonic += 1000
    await recorder.record(at, [{ subject, values: cpu(value(at)) }])
  }
}

function series({ store, recorder }: ReturnType<typeof open>, from: number, to: number, now: number, maximumPoints = 600) {
  return querySeries({ subject, metrics: ["cpuCores"], from, to, maximumPoints }, { recorder, store, now, minuteRetentionMs: 30 * DAY_MS })
}

describe("the recorder", () => {
  it("writes each minute once it is over, and each quarter-hour", async () => {
    const { store, recorder } = open()
    await run(recorder, START, START + QUARTER_MS + 1000, (at) => Math.floor((at - START) / MINUTE_MS))
    const minutes = await store.read("minute", subject, START, START + QUARTER_MS)
    expect(minutes.map(({ at, samples, mean }) => [(at - START) / MINUTE_MS, samples, mean[0]])).toEqual(
      Array.from({ length: 15 }, (_, minute) => [minute, 60, minute]),
    )
    const [quarter] = await store.read("quarter", subject, START, START + QUARTER_MS)
    expect([quarter?.samples, quarter?.mean[0], quarter?.max[0], quarter?.p95[0]]).toEqual([900, 7, 14, 14])
  })

  it("loses nothing to a restart within a minute", async () => {
    const first = open()
    await run(first.recorder, START, START + 20_000, () => 1)
    await first.recorder.flush()
    await temporary.reopen()
    const second = open()
    await run(second.recorder, START + 20_000, START + MINUTE_MS + 1000, () => 4)
    const [minute] = await second.store.read("minute", subject, START, START + MINUTE_MS)
    expect([minute?.samples, minute?.mean[0], minute?.max[0]]).toEqual([60, 3, 4])
  })

  it("makes the quarter-hour that ended while it was down, from the minutes", async () => {
    const first = open()
    await run(first.recorder, START, START + 5 * MINUTE_MS + 1000, () => 2)
    await first.recorder.flush()
    const second = open()
    await second.recorder.catchUp(START + 2 * QUARTER_MS)
    expect((await second.store.read("quarter", subject, START, START + QUARTER_MS)).map(({ samples, mean }) => [samples, mean[0]])).toEqual(
      [[301, 2]],
    )
    await second.recorder.catchUp(START + 2 * QUARTER_MS)
    expect((await second.store.read("quarter", subject, START, START + QUARTER_MS))[0]?.samples).toBe(301)
  })

  it("marks a jump of the clock in both directions and mixes no times", async () => {
    const { store, recorder } = open()
    await run(recorder, START, START + 10_000)
    await run(recorder, START + DAY_MS, START + DAY_MS + 10_000)
    await run(recorder, START + 5000, START + 15_000)
    expect((await store.marks(0, START + 2 * DAY_MS)).map(({ deltaMs }) => Math.sign(deltaMs))).toEqual([-1, 1])
    expect(recorder.ring(subject)?.count).toBe(10)
    expect(recorder.ring(subject)?.oldestAt).toBe(START + 5000)
  })

  it("takes a late second for what it is, not for a jump", async () => {
    const { store, recorder } = open()
    await run(recorder, START, START + 5000)
    monotonic += 30_000
    await recorder.record(START + 35_000, [{ subject, values: cpu(1) }])
    expect(await store.marks(0, START + DAY_MS)).toEqual([])
  })

  it("keeps minutes that could not be written and writes them later", async () => {
    const { store, recorder } = open()
    const write = store.write
    let full = true
    let tries = 0
    store.write = (...args) => {
      tries++
      return full ? Promise.reject(new Error("disk full")) : write(...args)
    }
    const errors: unknown[] = []
    for (let at = START; at < START + 5 * MINUTE_MS + 30_000; at += 1000) {
      monotonic += 1000
      if (at === START + 3 * MINUTE_MS + 30_000) full = false
      await recorder.record(at, [{ subject, values: cpu(1) }]).catch((error: unknown) => errors.push(error))
    }
    expect(errors.length).toBeGreaterThan(5)
    // Not at each second, and each minute once in the end.
    expect(tries).toBeLessThan(25)
    expect((await store.read("minute", subject, START, START + 5 * MINUTE_MS)).map(({ samples }) => samples)).toEqual([60, 60, 60, 60, 60])
  })

  it("drops the ring of a subject that is gone", async () => {
    const { recorder } = open()
    await run(recorder, START, START + 1000)
    const other: Subject = { scope: "tenant", key: "acme" }
    for (let at = START + 1000; at < START + 17 * MINUTE_MS; at += 1000) {
      monotonic += 1000
      await recorder.record(at, [{ subject: other, values: cpu(1) }])
    }
    expect(recorder.ring(subject)).toBeUndefined()
    expect(recorder.ring(other)).toBeDefined()
  })
})

describe("a series", () => {
  it("comes from the seconds while they reach back, at no more than 600 points", async () => {
    const opened = open()
    await run(opened.recorder, START, START + 900_000, (at) => (at === START + 450_000 ? 100 : 1))
    const now = START + 900_000
    const fine = await series(opened, now - 300_000, now, now)
    expect(fine).toMatchObject({ source: "ring", stepMs: 1000 })
    expect(fine.points).toHaveLength(300)
    const coarse = await series(opened, START, now, now)
    expect(coarse.stepMs).toBe(2000)
    expect(coarse.points.length).toBeLessThanOrEqual(600)
    expect(Math.max(...coarse.points.map(({ max }) => max[0] ?? 0))).toBe(100)
  })

  it("leaves gaps as gaps", async () => {
    const opened = open()
    await run(opened.recorder, START, START + 10_000)
    monotonic += 30_000
    await run(opened.recorder, START + 40_000, START + 50_000, () => Number.NaN)
    const { points } = await series(opened, START, START + 60_000, START + 60_000)
    expect(points.map(({ at, values }) => [(at - START) / 1000, values[0]])).toEqual([
      ...Array.from({ length: 10 }, (_, second) => [second, 1]),
      ...Array.from({ length: 10 }, (_, second) => [40 + second, null]),
    ])
  })

  it("comes from minutes, then quarter-hours, as the time asked for grows, with the present from memory", async () => {
    const opened = open()
    const { store, recorder } = opened
    const now = START + 40 * DAY_MS + 20_000
    const figures = (at: number) => ({
      subject,
      figures: { at, samples: 60, mean: Float32Array.from(cpu(2)), max: Float32Array.from(cpu(3)), p95: Float32Array.from(cpu(3)) },
    })
    await store.write(
      "minute",
      Array.from({ length: 600 }, (_, index) => figures(START + 40 * DAY_MS - (index + 1) * MINUTE_MS)),
    )
    await store.write(
      "quarter",
      Array.from({ length: 39 * 96 }, (_, index) => figures(START + 40 * DAY_MS - (index + 1) * QUARTER_MS)),
    )
    await run(recorder, now - 20_000, now, () => 5)
    const hours = await series(opened, now - 6 * 3_600_000, now, now)
    expect(hours).toMatchObject({ source: "minute", stepMs: MINUTE_MS })
    expect(hours.points.at(-1)).toMatchObject({ values: [5], max: [5] })
    const month = await series(opened, now - 35 * DAY_MS, now, now)
    expect(month.source).toBe("quarter")
    expect(month.points.length).toBeLessThanOrEqual(600)
    expect(month.points.length).toBeGreaterThan(400)
    expect(month.points[10]).toMatchObject({ values: [2], max: [3] })
  })

  it("of what nobody ever measured is empty", async () => {
    expect((await series(open(), START, START + 1000, START)).points).toEqual([])
  })
})

describe("retention", () => {
  it("removes what is too old, and then the subject", async () => {
    const { store, recorder } = open()
    await run(recorder, START, START + QUARTER_MS + 1000)
    await store.prune({ minute: START + 5 * MINUTE_MS, quarter: START })
    expect(await store.read("minute", subject, 0, START + DAY_MS)).toHaveLength(10)
    expect(await store.read("quarter", subject, 0, START + DAY_MS)).toHaveLength(1)
    await store.prune({ minute: START + DAY_MS, quarter: START + DAY_MS })
    expect(await temporary.database.sql.all("SELECT count(*) AS n FROM metric_subject")).toEqual([{ n: 0 }])
  })
})

/** Another process's transaction. */
async function blockWrites(): Promise<{ end: () => Promise<void> }> {
  let end: () => void = () => undefined
  const ending = new Promise<void>((resolve) => {
    end = resolve
  })
  const statements =
    temporary.database.provider === "sqlite"
      ? ["BEGIN IMMEDIATE", "COMMIT"]
      : ["BEGIN", "LOCK TABLE metric_minute IN EXCLUSIVE MODE", "COMMIT"]
  let blocked: () => void = () => undefined
  const begun = new Promise<void>((resolve) => {
    blocked = resolve
  })
  const done = besideConsole(temporary.url, async (sql) => {
    for (const statement of statements.slice(0, -1)) await sql.run(statement)
    blocked()
    await ending
    for (const statement of statements.slice(-1)) await sql.run(statement)
  })
  await Promise.race([begun, done])
  return {
    end: async () => {
      end()
      await done
    },
  }
}

describe("writing", () => {
  it("of 1,000 subjects is one quick transaction, and waits for another writer without stopping the event loop", async () => {
    const { store } = open()
    const entries = Array.from({ length: 1000 }, (_, index) => ({
      subject: { scope: "container", key: `c${index}` } as Subject,
      figures: { at: START, samples: 60, mean: Float32Array.from(cpu(1)), max: Float32Array.from(cpu(1)), p95: Float32Array.from(cpu(1)) },
    }))
    const blocking = await blockWrites()
    const written = store.write("minute", entries)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await store.newest("minute")).toBeUndefined()
    await blocking.end()
    await written
    expect(await store.newest("minute")).toBe(START)
    expect(await temporary.database.sql.all("SELECT count(*) AS n FROM metric_minute")).toEqual([{ n: 1000 }])
  })
})
