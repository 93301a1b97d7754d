import { patience } from "@plimsoll/runtime/conformance"
import { afterAll, beforeAll, expect, it, vi } from "vitest"
import type { LineHistory, MeteringFigures, MeteringMonth } from "./contract/index.js"
import { defaultLadderSettings } from "./services/ladder/default-settings.js"
import { MiB, type SmallMachine, startSmallMachine } from "./testing/ladder/small-machine.js"
import { hold } from "./testing/ladder/workloads.js"

/** The wall clock of server and engine jumps by an hour, ahead and back, while real containers run. */
const HOUR_MS = 3_600_000
const SLACK_MS = 60_000
let machine: SmallMachine

beforeAll(async () => {
  machine = await startSmallMachine({ memoryBytes: 256 * MiB, swapBytes: 64 * MiB }, { ownReadings: true })
  await machine.mutate("overprovisioning.changeSettings", { reserve: { memory: 16 * MiB } })
})
afterAll(() => machine.stop())

const history = (from: number, to: number) =>
  machine.query<LineHistory>("overprovisioning.history", {
    resource: "memory",
    from: Math.floor(from),
    to: Math.ceil(to),
    maximumPoints: 600,
  })

/** Waits until seconds after that one are recorded. */
async function passes(since: number): Promise<void> {
  const check = async () => {
    const now = machine.now()
    expect(now - since).toBeGreaterThan(2500)
    const { stepMs, points } = await history(now - 2000, now + 1000)
    expect({ stepMs, used: points.some(({ used }) => used !== null) }).toEqual({ stepMs: 1000, used: true })
  }
  await vi.waitFor(check, { timeout: patience(90_000), interval: 250 })
}

it("nobody naps or is stopped for it, the jump is marked, nothing is put into the gap, and nothing is metered twice or below zero", async () => {
  const { gold, client } = await machine.startGold()
  const idle = await machine.run("idle", hold(20), { limits: { memoryMaxBytes: 64 * MiB } })
  // Who is idle for half an hour naps: by the wall clock that would be everybody.
  await machine.ladder({ nap: { ...defaultLadderSettings.nap, always: true, idleMs: HOUR_MS / 2 } })
  const beganAt = performance.now()
  const first = machine.now()
  await passes(first)
  const before = machine.now()
  machine.jump(HOUR_MS)
  const ahead = machine.now()
  await passes(ahead)
  // Minutes begin at full ones.
  expect((await history(before + 2 * SLACK_MS, ahead - 2 * SLACK_MS)).points).toEqual([])
  const during = await history(first - HOUR_MS, machine.now())
  expect(during.marks).toEqual([{ at: expect.any(Number), kind: "clock-jump", deltaMs: expect.any(Number) }])
  expect(during.marks[0]?.deltaMs).toBeGreaterThan(HOUR_MS - SLACK_MS)
  // An hour that nobody saw is no hour of history.
  expect((await machine.lineOf("memory")).historyDays).toBeLessThan(1 / 24)

  machine.jump(-HOUR_MS)
  const back = machine.now()
  await passes(back)
  const { marks } = await history(first - HOUR_MS, machine.now() + 2 * HOUR_MS)
  expect(marks.map(({ kind, deltaMs }) => `${kind} ${Math.round(Number(deltaMs) / HOUR_MS)}`)).toEqual(["clock-jump -1", "clock-jump 1"])
  const line = await machine.lineOf("memory")
  expect(line.used).toBeGreaterThan(30 * MiB)
  expect(line.historyDays).toBeLessThan(1 / 24)

  const { answered, failed } = await client.stop()
  expect(failed).toEqual([])
  expect(answered).toBeGreaterThan(20)
  const records = await machine.events()
  expect(records.filter(({ kind }) => kind === "ladder")).toEqual([])
  for (const { id } of [gold, idle])
    expect(records.filter((event) => event.id === id && event.kind !== "audit").map(({ action }) => action)).toEqual(["create", "start"])

  // What is in memory is written at a stop.
  await machine.server.stop()
  const tookSeconds = (performance.now() - beganAt) / 1000 + SLACK_MS / 1000
  await machine.server.restart()
  const months = [...new Set([before, ahead].map((at) => new Date(at).toISOString().slice(0, 7)))]
  const rows = (
    await Promise.all(months.map((month) => machine.query<MeteringMonth>("metering.month", { month, tenant: "gold" })))
  ).flatMap((month) => month.rows)
  expect(rows.length).toBeGreaterThan(0)
  for (const { tenant: _, ...figures } of rows)
    for (const [name, value] of Object.entries(figures)) expect(value, name).toBeGreaterThanOrEqual(0)
  const sum = (name: keyof MeteringFigures) => rows.reduce((total, row) => total + row[name], 0)
  expect(sum("measuredSeconds")).toBeGreaterThan(5)
  expect(sum("measuredSeconds")).toBeLessThan(tookSeconds)
  // It may have 128 MiB, and has had them for no longer than it was measured.
  const most = (sum("measuredSeconds") / 3600) * (128 / 1024)
  expect(sum("memoryUsedGibHours")).toBeGreaterThan(0)
  for (const name of ["memoryUsedGibHours", "memorySoldGibHours"] as const) expect(sum(name)).toBeLessThanOrEqual(most * 1.01)
})
