import type { Pressure } from "@plimsoll/runtime"
import type { HostUsage } from "../../contract/host.js"
import { localHost } from "../../contract/hosts.js"
import { lineMetrics } from "../../contract/metrics.js"
import type { LadderNow, OverprovisioningNow } from "../../contract/overprovisioning.js"
import type { Database } from "../../db/open-database.js"
import type { EngineAccess } from "../engine/engine-access.js"
import type { RunningEventLog } from "../events/create-event-log.js"
import type { OwnEvent } from "../events/event-journal.js"
import { every } from "../every.js"
import { LatestQueue } from "../live/latest-queue.js"
import type { Sampler } from "../live/sampler.js"
import type { DiskUse } from "../metering/disk-use.js"
import type { MetricsRecorder, Reading } from "../metrics/metrics-recorder.js"
import type { MetricsStore } from "../metrics/metrics-store.js"
import { querySeries } from "../metrics/query-series.js"
import type { Settings } from "../settings/settings.js"
import { readTerms, type TenantBook } from "../tenants/tenant-book.js"
import type { Amounts } from "./amounts.js"
import type { CapacityReading } from "./capacity.js"
import { CapacityWatch } from "./capacity-watch.js"
import { diskLedger } from "./disk-ledger.js"
import { keepBook, wholeUse } from "./keep-book.js"
import { keepCapacity } from "./keep-capacity.js"
import { lineReadings } from "./line-readings.js"
import { defaultLineSettings, LineSettings } from "./line-settings.js"
import { diskUseBySale, type LineLook, lineLooker } from "./look-at-line.js"
import { readMemoryMakeup } from "./memory-makeup.js"
import type { Overprovisioning } from "./overprovisioning.js"
import { type PricedPlan, planHeadroom } from "./plan-headroom.js"
import { remarksOf } from "./remarks.js"
import { RiskWatch } from "./risk-watch.js"
import { createSaleDesk, type SaleDesk } from "./sale-desk.js"
import { saleUses } from "./sale-uses.js"
import { UseBook } from "./use-book.js"
import { createUseRingStore } from "./use-ring-store.js"

const LIVE_MS = 5000
/** Changes of this long are told in one message. */
const GATHER_MS = 200
const WEEK_MS = 7 * 86_400_000
const FILL_POINTS = 600

export interface OverprovisioningDependencies {
  database: Database
  engine: Pick<EngineAccess, "get">
  tenants: TenantBook
  settings: Settings
  sampler: Pick<Sampler, "rows" | "samples" | "sampledAt" | "onFrame">
  recorder: MetricsRecorder
  store: MetricsStore
  minuteRetentionMs: number
  disks: Pick<DiskUse, "of">
  events: Pick<RunningEventLog, "note">
  readCapacity: () => Promise<CapacityReading>
  ladder: () => LadderNow
  /** Whether the ladder has stopped all selling. */
  selling: () => { stopped: boolean; why: string | null }
  now: () => number
  report: (error: unknown, doing: string) => void
}

export interface RunningOverprovisioning extends Overprovisioning {
  desk: SaleDesk
  /** What each sale used in the last seven days. */
  book: UseBook
  look(): Promise<LineLook>
  /** What is kept for the host of so much memory, in bytes. */
  reservedMemory(totalBytes: number): number
  /** The lines as one second's readings, to be recorded beside those of the host. */
  readings(usage: HostUsage | undefined): Reading[]
  /** Draws the line anew, from what the machine has now. For the schedule. */
  minute(): Promise<void>
  close(): Promise<void>
}

export async function createOverprovisioning(deps: OverprovisioningDependencies): Promise<RunningOverprovisioning> {
  const { database, tenants, sampler, events, report, now } = deps
  const rings = createUseRingStore(database)
  let unreadableRings = 0
  const kept = await rings.load((error, sale) => {
    unreadableRings++
    report(error, `read what ${sale} used`)
  })
  const book = new UseBook(kept)
  const settings = await LineSettings.open(deps.settings)
  const risk = new RiskWatch()
  const hasPlan = (tenant: string) => tenants.get(tenant) !== undefined
  const look = lineLooker({ ...deps, settings, book, used: () => use.used(), risks: () => risk.risks })
  const use = keepBook({
    book,
    store: rings,
    sampler,
    hasPlan,
    look: () => look(),
    risk,
    now,
    report,
  })
  const watch = await CapacityWatch.open(deps.settings)
  const note = (event: OwnEvent) => events.note(event, localHost)
  const capacity = keepCapacity({
    ...deps,
    watch,
    note,
    // What is recorded and shown follows at once.
    onChange: async () => {
      await use.redraw()
      changed()
    },
  })
  const followers = new Set<LatestQueue<OverprovisioningNow>>()
  let usage: HostUsage | undefined
  let gathering: NodeJS.Timeout | undefined

  async function plansOnOffer(): Promise<PricedPlan[]> {
    const rows = await database.prisma.plan.findMany({ orderBy: { name: "asc" } })
    return rows.map(({ id, name, terms }) => ({ id, name, terms: readTerms(terms) }))
  }

  const desk = createSaleDesk({
    facts: async (byPlan) => {
      const { lines, faults, settings: current } = await look()
      const plans = byPlan ? await plansOnOffer() : undefined
      return { lines, faults, selling: deps.selling(), plans, advises: current.mode === "advise" }
    },
    onAdvice: ({ subject }, { publicMessage, facts }) =>
      note({
        ...subject,
        at: now(),
        kind: "ladder",
        action: "advise",
        attributes: { why: publicMessage, ...Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)])) },
      }),
    onSold: changed,
  })

  async function present(): Promise<OverprovisioningNow> {
    const [seen, memory, plans] = await Promise.all([look(), readMemoryMakeup(), plansOnOffer()])
    const { at, lines, disks } = seen
    const pressure = { memory: waits(usage?.pressure.memory), cpu: waits(usage?.pressure.cpu), io: waits(usage?.pressure.io) }
    const ours = wholeUse(seen.used)?.memory
    const hostOwnMemoryBytes = ours === undefined || usage === undefined ? null : Math.max(0, usage.memory.usedBytes - ours)
    const selling = deps.selling()
    const ladder = deps.ladder()
    const remarks = remarksOf({
      ...seen,
      shrunk: watch.shrunk,
      seenShare: Math.min(book.seenShare("memory", at), book.seenShare("cpu", at)),
      unreadableRings,
      memory,
      pressure,
      hostOwnMemoryBytes,
      selling,
      shortage: ladder.shortage,
    })
    const allocatable = lines.find(({ resource }) => resource === "disk")?.allocatable ?? 0
    return {
      at,
      resources: lines,
      plans: planHeadroom(plans, lines),
      memory,
      disks: diskLedger(disks, { history: await diskHistory(at), allocatable }),
      pressure,
      settings: seen.settings,
      defaults: defaultLineSettings(seen.capacity),
      set: settings.set,
      remarks: remarks.map(({ text }) => text),
      remarkFacts: remarks.map(({ facts }) => facts),
      ladder,
    }
  }

  function series(resource: string, { from, to, maximumPoints }: { from: number; to: number; maximumPoints: number }) {
    const query = { subject: { scope: "line", key: resource } as const, metrics: lineMetrics, from, to, maximumPoints }
    return querySeries(query, { ...deps, now: now() })
  }

  async function diskHistory(at: number): Promise<{ at: number; used: number }[]> {
    const used = lineMetrics.indexOf("used")
    const { points } = await series("disk", { from: at - WEEK_MS, to: at, maximumPoints: FILL_POINTS })
    return points.flatMap((point) => (typeof point.values[used] === "number" ? [{ at: point.at, used: point.values[used] }] : []))
  }

  async function tell(): Promise<void> {
    if (followers.size === 0) return
    const message = await present()
    for (const queue of followers) queue.push(message)
  }

  function changed(): void {
    gathering ??= setTimeout(() => {
      gathering = undefined
      tell().catch((error: unknown) => report(error, "tell of the load line"))
    }, GATHER_MS).unref()
  }

  const stopTelling = every(LIVE_MS, tell, (error) => report(error, "tell of the load line"))

  return {
    desk,
    book,
    look,
    reservedMemory: (totalBytes) => settings.of({ memory: totalBytes, cpu: null, disk: null, pids: null }).reserve.memory,
    now: present,
    async minute() {
      await use.minute()
      await capacity.look()
    },

    async *follow(signal) {
      const queue = new LatestQueue<OverprovisioningNow>((_, next) => next)
      followers.add(queue)
      try {
        yield await present()
        yield* queue.read(signal)
      } finally {
        followers.delete(queue)
      }
    },

    async history({ resource, ...query }) {
      const { stepMs, points, marks } = await series(resource, query)
      const usedAt = lineMetrics.indexOf("used")
      return {
        stepMs,
        marks,
        points: points.map(({ at, values, max }) => {
          const [allocatable = null, sold = null, guaranteed = null, used = null, predictedPeak = null, loadLine = null] = values
          return { at, allocatable, sold, guaranteed, used, usedMax: max[usedAt] ?? null, predictedPeak, loadLine }
        }),
      }
    },

    async sales({ resource, limit }) {
      const [seen, plans] = await Promise.all([look(), plansOnOffer()])
      return saleUses({ resource, limit, atMs: seen.at, sales: seen.sales, plans, book, used: usedBySale(seen, hasPlan) })
    },

    async changeSettings(change) {
      await settings.change(change)
      changed()
      return settings.of((await deps.readCapacity()).capacity)
    },

    readings(measured) {
      usage = measured
      return lineReadings(use.latest()?.lines, wholeUse(use.used()))
    },

    async close() {
      stopTelling()
      clearTimeout(gathering)
      capacity.stop()
      await use.close()
    },
  }
}

/** The kernel counts in percent. */
function waits(pressure: Pressure | undefined): OverprovisioningNow["pressure"]["memory"] {
  if (pressure === undefined) return null
  const { some, full } = pressure
  return { someAvg10: some.avg10 / 100, someAvg60: some.avg60 / 100, fullAvg10: full === undefined ? null : full.avg10 / 100 }
}

/** What each sale uses now of all four resources. */
function usedBySale({ used, disks }: LineLook, hasPlan: (tenant: string) => boolean): Map<string, Partial<Amounts>> {
  const sums = new Map<string, Partial<Amounts>>(used)
  for (const [key, disk] of diskUseBySale(disks, hasPlan)) sums.set(key, { ...sums.get(key), disk })
  return sums
}
