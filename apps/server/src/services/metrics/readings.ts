import type { Pressure } from "@plimsoll/runtime"
import type { ContainerRow } from "../../contract/containers.js"
import type { HostUsage } from "../../contract/host.js"
import { localHost } from "../../contract/hosts.js"
import type { ContainerMetric, HostMetric } from "../../contract/metrics.js"
import { containerMetrics, hostMetrics } from "../../contract/metrics.js"
import type { Sample } from "../live/sampler.js"
import type { Reading } from "./metrics-recorder.js"
import { hostSubject } from "./subjects.js"

const known = (value: number | null | undefined): number => value ?? Number.NaN
/** Share of the last ten seconds in which something waited, 0–1. */
const waitShare = (pressure: Pressure | undefined): number => (pressure === undefined ? Number.NaN : pressure.some.avg10 / 100)

/** One second of one container, in the order of the contract. */
export function containerReading(row: ContainerRow, { stats, rates, operations }: Sample): Reading {
  const figures: Record<ContainerMetric, number> = {
    cpuCores: known(rates.cpuCores),
    cpuThrottledShare: known(rates.cpuThrottledShare),
    cpuLimitCores: known(row.limits.cpuMaxCores),
    memoryUsedBytes: stats.memory.usedBytes,
    memoryChargedBytes: stats.memory.chargedBytes,
    memorySwapBytes: stats.memory.swapBytes,
    memoryLimitBytes: known(rates.memoryLimitBytes),
    receivedBytesPerSecond: known(rates.receivedBytesPerSecond),
    transmittedBytesPerSecond: known(rates.transmittedBytesPerSecond),
    readBytesPerSecond: known(rates.readBytesPerSecond),
    writeBytesPerSecond: known(rates.writeBytesPerSecond),
    readOperationsPerSecond: known(operations.read),
    writeOperationsPerSecond: known(operations.write),
    pids: stats.pids.current,
    pidsLimit: known(stats.pids.max ?? row.limits.pidsMax),
    cpuPressure: waitShare(stats.pressure?.cpu),
    memoryPressure: waitShare(stats.pressure?.memory),
    ioPressure: waitShare(stats.pressure?.io),
  }
  return { subject: { scope: "container", key: row.id }, values: containerMetrics.map((metric) => figures[metric]) }
}

/** What one that hibernates takes of the machine; its limits stand beside it. What its kernel would tell of waiting is not known. */
const NOTHING: Partial<Record<ContainerMetric, number>> = {
  cpuCores: 0,
  memoryUsedBytes: 0,
  memoryChargedBytes: 0,
  memorySwapBytes: 0,
  receivedBytesPerSecond: 0,
  transmittedBytesPerSecond: 0,
  readBytesPerSecond: 0,
  writeBytesPerSecond: 0,
  readOperationsPerSecond: 0,
  writeOperationsPerSecond: 0,
  pids: 0,
}

/** One second of a container that hibernates: it is there and takes nothing, which is no gap. */
export function hibernatingReading({ id, limits }: Pick<ContainerRow, "id" | "limits">): Reading {
  const figures: Partial<Record<ContainerMetric, number>> = {
    ...NOTHING,
    cpuLimitCores: known(limits.cpuMaxCores),
    memoryLimitBytes: known(limits.memoryMaxBytes),
    pidsLimit: known(limits.pidsMax),
  }
  return { subject: { scope: "container", key: id }, values: containerMetrics.map((metric) => known(figures[metric])) }
}

/** What sums up over the containers of a tenant. A limit of the sum is known only where every container has one. */
const SUMMED: Record<ContainerMetric, "sum" | "sum-if-all" | "unknown"> = {
  cpuCores: "sum",
  cpuThrottledShare: "unknown",
  cpuLimitCores: "sum-if-all",
  memoryUsedBytes: "sum",
  memoryChargedBytes: "sum",
  memorySwapBytes: "sum",
  memoryLimitBytes: "sum-if-all",
  receivedBytesPerSecond: "sum",
  transmittedBytesPerSecond: "sum",
  readBytesPerSecond: "sum",
  writeBytesPerSecond: "sum",
  readOperationsPerSecond: "sum",
  writeOperationsPerSecond: "sum",
  pids: "sum",
  pidsLimit: "sum-if-all",
  cpuPressure: "unknown",
  memoryPressure: "unknown",
  ioPressure: "unknown",
}

/** One second of each tenant: the sum of its containers. */
export function tenantReadings(containers: readonly { tenant: string; reading: Reading }[]): Reading[] {
  const byTenant = new Map<string, ArrayLike<number>[]>()
  for (const { tenant, reading } of containers) {
    const list = byTenant.get(tenant)
    if (list === undefined) byTenant.set(tenant, [reading.values])
    else list.push(reading.values)
  }
  return [...byTenant].map(([tenant, rows]) => ({
    subject: { scope: "tenant", key: tenant },
    values: containerMetrics.map((metric, index) => sumColumn(rows, index, SUMMED[metric])),
  }))
}

function sumColumn(rows: ArrayLike<number>[], index: number, how: "sum" | "sum-if-all" | "unknown"): number {
  if (how === "unknown") return Number.NaN
  let sum = Number.NaN
  for (const row of rows) {
    const value = row[index] ?? Number.NaN
    if (!Number.isNaN(value)) sum = Number.isNaN(sum) ? value : sum + value
    else if (how === "sum-if-all") return Number.NaN
  }
  return sum
}

/** One second of the machine that the console runs on, in the order of the contract. */
export function hostReading(usage: HostUsage, runningContainers: number): Reading {
  const figures: Record<HostMetric, number> = {
    cpuCores: known(usage.cpu.usedCores),
    memoryUsedBytes: usage.memory.usedBytes,
    memoryCachedBytes: usage.memory.cachedBytes,
    swapUsedBytes: usage.swap.usedBytes,
    receivedBytesPerSecond: known(usage.network.receivedBytesPerSecond),
    transmittedBytesPerSecond: known(usage.network.transmittedBytesPerSecond),
    readBytesPerSecond: known(usage.disk.readBytesPerSecond),
    writeBytesPerSecond: known(usage.disk.writeBytesPerSecond),
    diskUsedBytes: usage.disk.usedBytes,
    load1: usage.cpu.loadAverage[0],
    runningContainers,
    cpuPressure: waitShare(usage.pressure.cpu),
    memoryPressure: waitShare(usage.pressure.memory),
    ioPressure: waitShare(usage.pressure.io),
  }
  return { subject: hostSubject(localHost), values: hostMetrics.map((metric) => figures[metric]) }
}

/** Figures of another host that are the sums of its containers'. */
const SUMMED_FOR_HOST: Partial<Record<HostMetric, ContainerMetric>> = {
  cpuCores: "cpuCores",
  memoryUsedBytes: "memoryUsedBytes",
  receivedBytesPerSecond: "receivedBytesPerSecond",
  transmittedBytesPerSecond: "transmittedBytesPerSecond",
  readBytesPerSecond: "readBytesPerSecond",
  writeBytesPerSecond: "writeBytesPerSecond",
}

/** One second of another host: what its containers come to. The rest of the machine is not seen from here. */
export function sumReading(host: string, containers: readonly Reading[]): Reading {
  const rows = containers.map(({ values }) => values)
  const values = hostMetrics.map((metric) => {
    if (metric === "runningContainers") return rows.length
    const summed = SUMMED_FOR_HOST[metric]
    return summed === undefined ? Number.NaN : sumColumn(rows, containerMetrics.indexOf(summed), "sum")
  })
  return { subject: hostSubject(host), values }
}
