import type { ContainerMetric, ContainerStatsMessage, MetricPoint, ResourceLimits } from "@plimsoll/server/contract"

/** What the graphs ask for, in this order. */
export const graphMetrics = [
  "cpuCores",
  "cpuThrottledShare",
  "memoryUsedBytes",
  "memoryChargedBytes",
  "memorySwapBytes",
  "receivedBytesPerSecond",
  "transmittedBytesPerSecond",
  "readBytesPerSecond",
  "writeBytesPerSecond",
  "pids",
] as const satisfies readonly ContainerMetric[]

export type GraphMetric = (typeof graphMetrics)[number]

/** A length that ends now, or a fixed piece of the past. */
export type GraphRange = { kind: "last"; lengthMs: number } | { kind: "fixed"; from: number; to: number }

/** More are not told apart on a chart. */
export const MAXIMUM_POINTS = 300

export interface GraphPoint {
  at: number
  /** In the order of `graphMetrics`. */
  values: (number | null)[]
}

/** One live sample in the shape of a stored one. */
export function toGraphPoint({ stats, rates }: ContainerStatsMessage): GraphPoint {
  const values: Record<GraphMetric, number | null> = {
    cpuCores: rates.cpuCores,
    cpuThrottledShare: rates.cpuThrottledShare,
    memoryUsedBytes: stats.memory.usedBytes,
    memoryChargedBytes: stats.memory.chargedBytes,
    memorySwapBytes: stats.memory.swapBytes,
    receivedBytesPerSecond: rates.receivedBytesPerSecond,
    transmittedBytesPerSecond: rates.transmittedBytesPerSecond,
    readBytesPerSecond: rates.readBytesPerSecond,
    writeBytesPerSecond: rates.writeBytesPerSecond,
    pids: stats.pids.current,
  }
  return { at: stats.sampledAt, values: graphMetrics.map((metric) => values[metric]) }
}

/** While the newest sample is younger, the next is still to come. */
const FRESH_MS = 3000

/**
 * What the axis shows, epoch milliseconds. Six charts are drawn anew whenever it moves, so it ends at the newest sample while they come,
 * and else moves by whole points, not with every second of the clock.
 */
export function visibleRange(
  range: GraphRange,
  { now, lastSampleAt }: { now: number; lastSampleAt: number | undefined },
): { from: number; to: number } {
  if (range.kind === "fixed") return { from: range.from, to: range.to }
  const movesByMs = Math.max(1000, range.lengthMs / MAXIMUM_POINTS)
  const isFresh = lastSampleAt !== undefined && now - lastSampleAt < FRESH_MS
  const to = isFresh ? lastSampleAt : Math.ceil(now / movesByMs) * movesByMs
  return { from: to - range.lengthMs, to }
}

/** Stored points with the live ones behind them, one a step, none outside of the range, in order of time. */
export function joinPoints(
  stored: readonly Pick<MetricPoint, "at" | "values">[],
  live: readonly GraphPoint[],
  range: { from: number; to: number; stepMs: number },
): GraphPoint[] {
  const points: GraphPoint[] = stored.filter(({ at }) => at >= range.from && at <= range.to)
  let last = points.at(-1)?.at ?? Number.NEGATIVE_INFINITY
  for (const point of live) {
    // A little less than a step, since samples come a few milliseconds early or late.
    if (point.at < range.from || point.at > range.to || point.at - last < range.stepMs * 0.9) continue
    points.push(point)
    last = point.at
  }
  return points
}

interface GraphSeries {
  metric: GraphMetric
  kind?: "line" | "area"
  colour?: number
}

export interface Graph {
  key: "cpu" | "memory" | "network" | "disk" | "processes" | "throttling"
  unit: "cores" | "bytes" | "bytesPerSecond" | "count" | "percent"
  series: GraphSeries[]
  limit?: (limits: ResourceLimits) => number | undefined
}

export const graphs: Graph[] = [
  { key: "cpu", unit: "cores", series: [{ metric: "cpuCores", kind: "area" }], limit: (limits) => limits.cpuMaxCores },
  {
    key: "memory",
    unit: "bytes",
    series: [
      { metric: "memoryUsedBytes", kind: "area" },
      { metric: "memoryChargedBytes", colour: 6 },
      { metric: "memorySwapBytes", colour: 4 },
    ],
    limit: (limits) => limits.memoryMaxBytes,
  },
  {
    key: "network",
    unit: "bytesPerSecond",
    series: [{ metric: "receivedBytesPerSecond" }, { metric: "transmittedBytesPerSecond", colour: 3 }],
  },
  { key: "disk", unit: "bytesPerSecond", series: [{ metric: "readBytesPerSecond" }, { metric: "writeBytesPerSecond", colour: 3 }] },
  { key: "processes", unit: "count", series: [{ metric: "pids", colour: 5 }], limit: (limits) => limits.pidsMax },
  { key: "throttling", unit: "percent", series: [{ metric: "cpuThrottledShare", colour: 4 }] },
]
