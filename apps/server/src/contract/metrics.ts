import { z } from "zod"
import { bounds } from "./bounds.js"
import { epochMs, objectId } from "./primitives.js"

/** Figures of one container, and of one tenant as the sum of its containers. Cores, bytes, per second, shares 0–1. */
export const containerMetrics = [
  "cpuCores",
  "cpuThrottledShare",
  "cpuLimitCores",
  "memoryUsedBytes",
  "memoryChargedBytes",
  "memorySwapBytes",
  "memoryLimitBytes",
  "receivedBytesPerSecond",
  "transmittedBytesPerSecond",
  "readBytesPerSecond",
  "writeBytesPerSecond",
  "readOperationsPerSecond",
  "writeOperationsPerSecond",
  "pids",
  "pidsLimit",
  "cpuPressure",
  "memoryPressure",
  "ioPressure",
] as const

/** Figures of a host. Of one that the console does not run on they are sums over its containers; what does not sum up is unknown. */
export const hostMetrics = [
  "cpuCores",
  "memoryUsedBytes",
  "memoryCachedBytes",
  "swapUsedBytes",
  "receivedBytesPerSecond",
  "transmittedBytesPerSecond",
  "readBytesPerSecond",
  "writeBytesPerSecond",
  "diskUsedBytes",
  "load1",
  "runningContainers",
  "cpuPressure",
  "memoryPressure",
  "ioPressure",
] as const

/** Of one resource of the machine that the console runs on, in its unit: what `overprovisioning.history` reads. */
export const lineMetrics = ["allocatable", "sold", "guaranteed", "used", "predictedPeak", "loadLine"] as const

export type LineMetric = (typeof lineMetrics)[number]
export type ContainerMetric = (typeof containerMetrics)[number]
export type HostMetric = (typeof hostMetrics)[number]
export type MetricName = ContainerMetric | HostMetric

const metricName = z.enum([...new Set<MetricName>([...containerMetrics, ...hostMetrics])])

export const metricsSeriesInput = z
  .object({
    scope: z.enum(["host", "container", "tenant"]),
    /** Container id or name, tenant, or host; a host's may be absent: the machine that the console runs on. */
    id: objectId.exactOptional(),
    metrics: z.array(metricName).min(1).max(containerMetrics.length),
    from: epochMs,
    to: epochMs,
    maximumPoints: z.number().int().min(2).max(bounds.seriesPoints).default(bounds.seriesPoints),
  })
  .refine((input) => input.to > input.from, { message: "must be later than “from”", path: ["to"] })
  .refine((input) => input.scope === "host" || input.id !== undefined, {
    message: "is needed for a container or tenant",
    path: ["id"],
  })

export interface MetricPoint {
  /** Beginning of the step. */
  at: number
  /** Mean of each metric, in the order asked for; `null`: a gap. */
  values: (number | null)[]
  /** Highest single second of each metric. */
  max: (number | null)[]
}

/** Something on the time axis that is not a figure. */
export interface MetricMark {
  at: number
  kind: "clock-jump"
  /** How far the clock moved; negative: backwards. */
  deltaMs: number
}

export interface MetricSeries {
  stepMs: number
  /** Where the points come from: seconds in memory, minutes or quarter-hours in the database. */
  source: "ring" | "minute" | "quarter"
  /** In order of time. Steps without a sample are absent when nothing was known of any metric. */
  points: MetricPoint[]
  marks: MetricMark[]
}

/** Of `GET /api/metrics`. `containers`: with the series of each container. */
export const scrapeQuery = z.object({ containers: z.enum(["0", "1"]).default("1") })

/** Short rows for sparklines: of many containers at once, from the last minutes in memory. */
export const recentMetricsInput = z.object({
  ids: z.array(objectId).max(bounds.recentIds),
  metrics: z.array(z.enum(containerMetrics)).min(1).max(4),
  windowMs: z.number().int().min(10_000).max(900_000).default(60_000),
  points: z.number().int().min(2).max(bounds.recentPoints).default(30),
})

export interface RecentMetrics {
  stepMs: number
  /** By id as asked: one row of values for each metric, oldest first. Ids without samples are absent. */
  series: Record<string, (number | null)[][]>
}
