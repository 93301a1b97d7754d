import { patience } from "@plimsoll/runtime/conformance"
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest"
import type { EventRecord, LineHistory } from "./contract/index.js"
import { openDatabase } from "./db/open-database.js"
import { SLOT_MS, SLOTS_PER_DAY, slotOf, WINDOW_SLOTS } from "./services/load-line/slots.js"
import { UseRing } from "./services/load-line/use-ring.js"
import { createMetricsStore } from "./services/metrics/metrics-store.js"
import { metricsOf } from "./services/metrics/subjects.js"
import { WHOLE } from "./services/overprovisioning/use-book.js"
import { createUseRingStore } from "./services/overprovisioning/use-ring-store.js"
import { MiB, type SmallMachine, startSmallMachine } from "./testing/ladder/small-machine.js"
import { hold } from "./testing/ladder/workloads.js"
import { besideConsole } from "./testing/temporary-database.js"

/**
 * What the load line says and does when what it goes by is not as it was: a machine that has less than it sold, and a history of which half is gone or none can be read. Real containers in a
 * group with a limit, which the product itself reads as what it has; the database is changed while nobody has it open.
 */
const size = { memoryBytes: 256 * MiB, swapBytes: 64 * MiB }
const QUARTER_MS = 900_000
let machine: SmallMachine
let since = 0

beforeAll(async () => {
  machine = await startSmallMachine(size, { ownReadings: true })
  await machine.mutate("overprovisioning.changeSettings", { reserve: { memory: 16 * MiB } })
})
afterEach(async () => {
  await machine.clear()
  since = (await machine.events()).at(-1)?.cursor ?? 0
})
afterAll(() => machine.stop())

const eventually = (check: () => Promise<void>) => vi.waitFor(check, { timeout: patience(60_000), interval: 200 })
const incidents = async (): Promise<EventRecord[]> => (await machine.events(since)).filter(({ action }) => action === "capacity")
const specOf = (name: string, mebibytes: number) => ({ name, image: "plimsoll/starter", limits: { memoryMaxBytes: mebibytes * MiB } })

it("memory that shrinks below what was sold: told, nothing more is sold, and what runs goes on", async () => {
  const { gold, client } = await machine.startGold()
  const neighbour = await machine.run("neighbour", hold(20), { limits: { memoryMaxBytes: 96 * MiB } })
  // Looked at once before, it is known how the machine was.
  await eventually(async () => expect((await machine.lineOf("memory")).used).toBeGreaterThan(36 * MiB))
  const before = await machine.lineOf("memory")
  expect(before).toMatchObject({ capacity: 256 * MiB, allocatable: 240 * MiB, sold: 224 * MiB, guaranteed: 64 * MiB })
  expect(before.headroom).toBeGreaterThan(16 * MiB)

  machine.resize({ ...size, memoryBytes: 144 * MiB })
  const shrunk = await machine.lineOf("memory")
  expect(shrunk).toMatchObject({ capacity: 144 * MiB, allocatable: 128 * MiB, sold: 224 * MiB, guaranteed: 64 * MiB })
  expect(shrunk.headroom).toBeLessThan(0)
  expect(shrunk.loadLine).toBeCloseTo(shrunk.sold + shrunk.headroom, 0)
  const { code, facts, publicMessage } = await machine.refusal("containers.create", specOf("more", 16))
  expect({ code, ...facts }).toMatchObject({ code: "load_line_exceeded", resource: "memory", need: 16 * MiB, sold: 224 * MiB })
  expect(facts.loadLine).toBeLessThan(224 * MiB)
  expect(facts.headroom).toBeLessThan(0)
  expect(publicMessage).toContain("224 MiB is sold already. Nothing more fits.")
  await eventually(async () =>
    expect((await incidents()).map(({ attributes }) => attributes)).toEqual([
      {
        resource: "memory",
        change: "shrank",
        why: "This machine's memory shrank from 256 MiB to 144 MiB. Nothing was stopped for it.",
        whyFacts: JSON.stringify({ code: "shrank", resource: "memory", before: 256 * MiB, now: 144 * MiB }),
        beforeAmount: String(256 * MiB),
        nowAmount: String(144 * MiB),
      },
    ]),
  )
  const { remarks } = await machine.overprovisioning()
  expect(remarks).toContain("This machine's memory shrank from 256 MiB to 144 MiB. Nothing was stopped for it.")
  expect(remarks).toContainEqual(expect.stringMatching(/^More memory was sold than the load line allows/))

  await eventually(async () => {
    const now = machine.now()
    const input = { resource: "memory", from: now - 3000, to: now + 1000 }
    expect((await machine.query<LineHistory>("overprovisioning.history", input)).points.at(-1)).toMatchObject({ allocatable: 128 * MiB })
  })

  machine.resize(size)
  await machine.mutate("containers.create", specOf("more", 16))
  await eventually(async () => expect((await incidents()).at(-1)?.attributes.why).toBe("This machine's memory is 256 MiB again."))
  const { answered, failed } = await client.stop()
  expect(failed).toEqual([])
  expect(answered).toBeGreaterThan(5)
  expect((await machine.containers().inspect(neighbour.id)).state.status).toBe("running")
  expect(
    (await machine.events(since)).filter((event) => event.id === gold.id && event.kind !== "audit").map(({ action }) => action),
  ).toEqual(["create", "start"])
})

it("half a history and one that cannot be read: the fixed ratio bounds what is sold, and it is said", {
  timeout: patience(240_000),
}, async () => {
  const { id } = await machine.run("neighbour", hold(20), { limits: { memoryMaxBytes: 96 * MiB } })
  const sale = `container:${id}`
  await machine.server.stop()
  await writeHistory(sale)
  await machine.server.restart()
  expect(await machine.lineOf("memory")).toMatchObject({ decidedBy: "prediction", historyDays: 7 })
  expect((await shown()).length).toBeGreaterThanOrEqual(47)

  await machine.server.stop()
  await loseHalf(sale)
  await machine.server.restart()
  const half = await machine.lineOf("memory")
  expect(half).toMatchObject({ decidedBy: "fallback", sold: 224 * MiB })
  expect(half.historyDays).toBeLessThan(6)
  expect(half.loadLine).toBeLessThanOrEqual(1.5 * half.allocatable)
  // Of whom nothing is known, or nothing any more, the whole limit is expected.
  expect(half.predictedPeak).toBe(224 * MiB)
  const { remarks } = await machine.overprovisioning()
  expect(remarks).toContainEqual(expect.stringMatching(/watched for 5\.\d of the 7 days/))
  expect(remarks).toContainEqual(expect.stringMatching(/^Of the history of use 60 % are gaps/))
  // Nothing is put in the place of what is not there.
  const times = await shown()
  expect(times.length).toBeGreaterThanOrEqual(23)
  for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBe(4 * QUARTER_MS)

  await machine.server.stop()
  await cutOff()
  await machine.server.restart()
  const cut = await machine.lineOf("memory")
  expect(cut).toMatchObject({ decidedBy: "fallback", sold: 224 * MiB })
  expect(cut.historyDays).toBeLessThan(0.1)
  expect((await machine.overprovisioning()).remarks).toContainEqual(expect.stringMatching(/^Of the history of use .* could not be read/))
  const logged = machine.server.logLines.join("")
  expect(logged).toContain("could not read what host used")
  expect(logged).toContain("could not read the setting “load-line”: it is by default until it is set again")
  // By default more is kept for the host than this machine has: nothing is sold, and what runs goes on.
  expect((await machine.refusal("containers.create", specOf("more", 16))).code).toBe("load_line_exceeded")
  await machine.mutate("overprovisioning.changeSettings", { reserve: { memory: 16 * MiB } })
  await machine.mutate("containers.create", specOf("more", 16))
  expect((await machine.containers().inspect(id)).state.status).toBe("running")
  expect((await machine.events(since)).filter((event) => event.id === id && ["exit", "stop", "oom"].includes(event.action))).toEqual([])
})

/** Begins of the half-hours of which the history has a load line of memory, from two days ago until one day ago. */
async function shown(): Promise<number[]> {
  const to = Math.floor(machine.now() / (4 * QUARTER_MS)) * 4 * QUARTER_MS - SLOTS_PER_DAY * SLOT_MS
  const { points } = await machine.query<LineHistory>("overprovisioning.history", {
    ...{ resource: "memory", from: to - SLOTS_PER_DAY * SLOT_MS, to, maximumPoints: 96 },
  })
  return points.filter(({ loadLine }) => loadLine !== null).map(({ at }) => at)
}

/** As if the machine and that sale had been watched for a week. */
async function writeHistory(sale: string): Promise<void> {
  const now = machine.now()
  const ring = (use: number) => {
    const made = new UseRing()
    for (let slot = slotOf(now) - WINDOW_SLOTS; slot <= slotOf(now); slot++) made.push(slot, use)
    return made.toState()
  }
  await withDatabase(async (database) => {
    const rings = (["memory", "cpu"] as const).flatMap((resource) =>
      [WHOLE, sale].map((each) => ({ resource, sale: each, state: ring(resource === "memory" ? 24 * MiB : 0.01) })),
    )
    await createUseRingStore(database).save(rings, now)
    const store = createMetricsStore(database)
    const width = metricsOf("line").length
    const newest = Math.floor(now / QUARTER_MS) * QUARTER_MS
    for (let at = newest - 3 * SLOTS_PER_DAY * SLOT_MS; at < newest; at += QUARTER_MS) {
      const values = new Float32Array(width).fill(MiB)
      await store.write("quarter", [
        { subject: { scope: "line", key: "memory" }, figures: { at, samples: 900, mean: values, max: values, p95: values } },
      ])
    }
  })
}

/** Of the machine six slots in ten, of the sale its whole ring, and every other half-hour of the figures. */
async function loseHalf(sale: string): Promise<void> {
  await withDatabase(async (database) => {
    const store = createUseRingStore(database)
    const kept = (await store.load(() => undefined)).filter((each) => each.sale === WHOLE)
    for (const { state } of kept) {
      const bytes = Buffer.from(state.values, "base64")
      for (let place = 0; place < WINDOW_SLOTS; place++) if (place % 10 < 6) bytes.writeFloatLE(Number.NaN, place * 4)
      state.values = bytes.toString("base64")
    }
    await store.save(kept, machine.now())
    await store.remove([sale])
  })
  await besideConsole(machine.server.databaseUrl, (sql) =>
    sql.run(`DELETE FROM metric_quarter WHERE ("at" / ${2 * QUARTER_MS}) % 2 = 0`, []),
  )
}

/** The rings end in the middle, and so do the settings of the line. */
async function cutOff(): Promise<void> {
  await besideConsole(machine.server.databaseUrl, async (sql) => {
    await sql.run('UPDATE use_ring SET "state" = substr("state", 1, length("state") / 2)', [])
    await sql.run(`UPDATE setting SET "value" = substr("value", 1, length("value") / 2) WHERE "key" = 'load-line'`, [])
  })
}

async function withDatabase(work: (database: Awaited<ReturnType<typeof openDatabase>>) => Promise<void>): Promise<void> {
  const database = await openDatabase(machine.server.databaseUrl)
  try {
    await work(database)
  } finally {
    await database.close()
  }
}
