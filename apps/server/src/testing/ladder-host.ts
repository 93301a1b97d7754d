import type { ContainerEngine, ContainerStats, ContainerSummary, EngineInfo } from "@plimsoll/runtime"
import type { ContainerRow } from "../contract/containers.js"
import type { EventRecord } from "../contract/events.js"
import type { LadderRung, LadderSettings } from "../contract/overprovisioning.js"
import type { PlanTerms } from "../contract/plans.js"
import { createEventLog } from "../services/events/create-event-log.js"
import { createEventJournal } from "../services/events/event-journal.js"
import { createLadder } from "../services/ladder/create-ladder.js"
import type { HostReading } from "../services/ladder/host-reading.js"
import { computeRates, operationRates } from "../services/live/compute-rates.js"
import type { Frame, Sample } from "../services/live/sampler.js"
import { createSettings } from "../services/settings/settings.js"
import type { BookedTenant } from "../services/tenants/tenant-book.js"
import { type FakeEngine, fakeEngine, statsOf, summaryOf } from "./fake-engine.js"
import { temporaryDatabase } from "./temporary-database.js"
import { someTerms } from "./tenancy.js"

export const MiB = 2 ** 20

const enforceable = (names: readonly string[]): EngineInfo["enforceableLimits"] =>
  Object.fromEntries(names.map((name) => [name, { enforceable: true }]))
export const onV2: Partial<EngineInfo> = {
  features: ["pause", "nap", "hibernate", "reclaim"],
  enforceableLimits: enforceable(["memoryHighBytes", "memoryLowBytes"]),
}
export const onV1: Partial<EngineInfo> = {
  features: ["pause", "nap", "hibernate", "reclaim"],
  enforceableLimits: { memoryHighBytes: { enforceable: false, reason: "cgroup v1 has no memory.high." } },
}

/** A machine of 1,000 MiB with a ladder over a fake engine: each `second` the clock turns, and the sampler, unless it hangs, has a frame. */
export async function startLadderHost(info: Partial<EngineInfo> = onV2) {
  const temporary = await temporaryDatabase()
  const engine: FakeEngine = fakeEngine(info)
  const plans = new Map<string, PlanTerms>()
  const book = {
    get: (tenant: string) => {
      const terms = plans.get(tenant)
      return terms && ({ name: tenant, plan: { id: "p", name: "Plan", terms } } as BookedTenant)
    },
  }
  const clock = { wall: 1_000_000_000_000, monotonic: 0 }
  const reported: string[] = []
  const reading: HostReading = {
    usedBytes: 0,
    allocatableBytes: 1000 * MiB,
    pressure: { someAvg60: 0, fullAvg10: 0 },
    cpuSomeAvg10: 0,
    swapFreeBytes: 4096 * MiB,
  }
  /** Of the machine's use what is no container's. */
  const host = { ownBytes: 0, hangs: false, journalFails: false, readingFails: false }
  const report = (error: unknown, doing: string) => void reported.push(`${doing}: ${String(error)}`)

  async function open() {
    const rows = new Map<string, ContainerRow>()
    const samples = new Map<string, Sample>()
    const listeners = new Set<(frame: Frame) => void>()
    const sampler = {
      rows,
      samples,
      sampledAt: Number.NEGATIVE_INFINITY,
      onFrame: (listener: (frame: Frame) => void) => {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
    const { database } = temporary
    const events = createEventLog({ database, journal: createEventJournal(database), onError: (error) => report(error, "read events") })
    const access = {
      get: (): ContainerEngine => engine,
      info: () => engine.info(),
      onOpened: (listener: (opened: ContainerEngine) => void) => {
        listener(engine)
        return () => undefined
      },
    }
    const settings = createSettings(database, { now: () => clock.wall, report })
    const ladder = await createLadder({
      sampler,
      engine: access,
      readHost: async () => {
        if (host.readingFails) throw new Error("there is no /proc")
        return { ...reading }
      },
      note: async (event) => {
        if (host.journalFails) throw new Error("the disk is full")
        await events.note(event, "local")
      },
      listEvents: events.list,
      settings,
      book,
      now: () => clock.wall,
      monotonic: () => clock.monotonic,
      report,
    })
    async function frame() {
      const summaries = await engine.containers.list()
      rows.clear()
      for (const summary of summaries) rows.set(summary.id, { ...summary, host: "local", stats: null })
      const measured = new Map<string, Sample>()
      for (const { id, state } of summaries) {
        const stats = engine.stats.get(id)
        if (stats === undefined || (state.status !== "running" && state.status !== "paused")) continue
        const shown: ContainerStats = { ...stats, sampledAt: clock.wall }
        const previous = samples.get(id)?.stats
        measured.set(id, { stats: shown, rates: computeRates(previous, shown), operations: operationRates(previous, shown) })
      }
      samples.clear()
      for (const [id, sample] of measured) samples.set(id, sample)
      sampler.sampledAt = clock.wall
      for (const listener of listeners) listener({ at: clock.wall, upserted: [], removed: [], samples: measured })
    }
    return { ladder, events, frame, settings }
  }
  let running = await open()

  return {
    engine,
    reading,
    host,
    clock,
    reported,
    plans,
    get ladder() {
      return running.ladder
    },
    get settings() {
      return running.settings
    },
    /** A running container. `mebibytes`: what it has resident. */
    put(id: string, mebibytes: number, changes: Partial<ContainerSummary> = {}) {
      engine.put(summaryOf(id, changes))
      const stats = statsOf(id, clock.wall, 0)
      engine.stats.set(id, { ...stats, memory: { ...stats.memory, usedBytes: mebibytes * MiB } })
    },
    promise(tenant: string, memoryGuaranteedBytes: number, changes: Partial<PlanTerms> = {}) {
      plans.set(tenant, { ...someTerms, memoryGuaranteedBytes, ...changes })
    },
    /** Changes what its next sample shows. */
    show(id: string, change: (stats: ContainerStats) => ContainerStats) {
      const stats = engine.stats.get(id)
      if (stats !== undefined) engine.stats.set(id, change(stats))
    },
    /** Has the host itself take so much that all together fill such a share of what is allocatable. */
    async fill(share: number) {
      let containers = 0
      for (const { id, state } of await engine.containers.list()) {
        const memory = engine.stats.get(id)?.memory
        if (memory !== undefined && state.status !== "exited") containers += memory.usedBytes - memory.swapBytes
      }
      host.ownBytes = Math.round(share * reading.allocatableBytes) - containers
    },
    async row(id: string) {
      return (await engine.containers.list()).find((row) => row.id === id)
    },
    /** So many seconds; the machine's use is the host's own and what running containers have resident. */
    async seconds(count: number, { settle = true } = {}) {
      for (let second = 0; second < count; second++) {
        clock.wall += 1000
        clock.monotonic += 1000
        const alive = new Set((await engine.containers.list()).filter(({ state }) => state.status !== "exited").map(({ id }) => id))
        reading.usedBytes = host.ownBytes
        for (const [id, { memory }] of engine.stats) if (alive.has(id)) reading.usedBytes += memory.usedBytes - memory.swapBytes
        if (!host.hangs) await running.frame()
        await running.ladder.tick()
        if (settle) await running.ladder.settled()
      }
    },
    set: (change: (settings: LadderSettings) => LadderSettings) => running.ladder.changeSettings(change(running.ladder.now().settings)),
    /** Oldest first. */
    async events(kind: "ladder" | "incident" = "ladder"): Promise<EventRecord[]> {
      return (await running.events.list({ kinds: [kind], after: 0, limit: 200 })).items
    },
    /** As a crash and a start: what was only in memory is gone. */
    async crash() {
      running.events.close()
      running = await open()
      await running.ladder.settled()
    },
    async close() {
      await running.ladder.close()
      running.events.close()
      await temporary.remove()
    },
  }
}

/** What a rung did to containers. */
export function doneBy(rung: LadderRung, events: readonly EventRecord[]): EventRecord[] {
  return events.filter(({ action, attributes }) => action === rung && attributes.result === "done" && attributes.subject === "container")
}

export type LadderHost = Awaited<ReturnType<typeof startLadderHost>>
