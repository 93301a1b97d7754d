import type { ContainerSummary } from "@plimsoll/runtime"
import { localHost } from "../../contract/hosts.js"
import type { LoadLineSettings, ResourceLine } from "../../contract/overprovisioning.js"
import type { EngineAccess } from "../engine/engine-access.js"
import type { Sampler } from "../live/sampler.js"
import { computeWakeDebt } from "../load-line/load-line.js"
import type { DiskUse, MeasuredDisk } from "../metering/disk-use.js"
import type { TenantBook } from "../tenants/tenant-book.js"
import { type CapacityFaults, type CapacityReading, faultsOf } from "./capacity.js"
import { computeLines, type LineFacts } from "./compute-lines.js"
import type { LineSettings } from "./line-settings.js"
import { listSales, type Sale } from "./sales.js"
import { type UseBook, WHOLE } from "./use-book.js"
import type { Use } from "./watch-use.js"

/** The load line and all that it follows from, at one instant. */
export interface LineLook {
  at: number
  capacity: CapacityReading["capacity"]
  faults: CapacityFaults
  settings: LoadLineSettings
  sales: Sale[]
  lines: ResourceLine[]
  disks: readonly MeasuredDisk[]
  /** By sale, and of all under `WHOLE`; undefined: it could not be measured. */
  used: ReadonlyMap<string, Use> | undefined
}

export interface LineLookDependencies {
  engine: Pick<EngineAccess, "get">
  tenants: Pick<TenantBook, "all">
  settings: LineSettings
  book: UseBook
  /** Of this machine's containers. */
  sampler: Pick<Sampler, "samples">
  readCapacity: () => Promise<CapacityReading>
  disks: Pick<DiskUse, "of">
  /** As last measured, unless that was too long ago. */
  used: () => ReadonlyMap<string, Use> | undefined
  risks: () => LineFacts["risks"]
  now: () => number
}

/** Looks anew each time: what was sold a moment ago is counted. Rejects with `engine_unavailable` when what was sold is not known. */
export function lineLooker(deps: LineLookDependencies): () => Promise<LineLook> {
  let lastDisks: readonly MeasuredDisk[] = []
  return async () => {
    const engine = deps.engine.get()
    const [reading, containers, volumes] = await Promise.all([deps.readCapacity(), engine.containers.list(), engine.volumes.list()])
    const at = deps.now()
    const { capacity, fileSystemUsedBytes } = reading
    const settings = deps.settings.of(capacity)
    const sales = listSales({ tenants: deps.tenants.all(), containers, volumes })
    const measured = deps.disks.of(localHost)
    lastDisks = measured ?? lastDisks
    const ours = lastDisks.reduce((total, { allocatedBytes }) => total + allocatedBytes, 0)
    const used = deps.used()
    const whole = used?.get(WHOLE)
    const lines = computeLines({
      atMs: at,
      capacity,
      settings,
      othersDiskBytes: Math.max(0, (fileSystemUsedBytes ?? 0) - ours),
      sales,
      book: deps.book,
      used: {
        memory: whole?.memory ?? null,
        cpu: whole?.cpu ?? null,
        pids: whole?.pids ?? null,
        disk: measured === undefined ? null : ours,
      },
      wakeDebtBytes: computeWakeDebt(sleepersBytes(containers, deps.sampler.samples)),
      risks: deps.risks(),
    })
    return { at, capacity, faults: faultsOf(reading), settings, sales, lines, disks: lastDisks, used }
  }
}

/**
 * What each that naps or hibernates has, wherever it lies: before its nap some of it may have been in swap already, left there by the nap before; of one that hibernates all
 * is on disk.
 */
export function sleepersBytes(
  containers: readonly Pick<ContainerSummary, "id" | "nap" | "hibernation">[],
  samples: LineLookDependencies["sampler"]["samples"],
): number[] {
  return containers.flatMap(({ id, nap, hibernation }) => {
    if (hibernation !== undefined) return [hibernation.beforeBytes]
    return nap === undefined ? [] : [Math.max(nap.beforeBytes, samples.get(id)?.stats.memory.usedBytes ?? 0)]
  })
}

/** What the disks of each sale take, by its key. */
export function diskUseBySale(disks: readonly MeasuredDisk[], hasPlan: (tenant: string) => boolean): Map<string, number> {
  const sums = new Map<string, number>([[WHOLE, 0]])
  for (const { kind, id, tenant, allocatedBytes } of disks)
    for (const key of [hasPlan(tenant) ? `tenant:${tenant}` : `${kind}:${id}`, WHOLE]) sums.set(key, (sums.get(key) ?? 0) + allocatedBytes)
  return sums
}
