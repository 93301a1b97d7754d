import type { LineMetric, MetricName, MetricSeries } from "../../contract/metrics.js"
import { chooseStep, downsample, type Stretch } from "./downsample.js"
import { floorTo, type MetricsRecorder } from "./metrics-recorder.js"
import { type MetricsStore, MINUTE_MS, QUARTER_MS } from "./metrics-store.js"
import { metricsOf, type Subject } from "./subjects.js"

const SECOND_MS = 1000

export interface SeriesQuery {
  subject: Subject
  metrics: readonly (MetricName | LineMetric)[]
  from: number
  to: number
  maximumPoints: number
}

interface Sources {
  recorder: MetricsRecorder
  store: MetricsStore
  now: number
  /** How long minutes are kept. */
  minuteRetentionMs: number
}

/**
 * The finest source that covers the time asked for within the number of points, and what it does not have yet from the
 * next finer one: quarter-hours, then minutes, then the seconds of the ring.
 */
export async function querySeries(query: SeriesQuery, sources: Sources): Promise<MetricSeries> {
  const names = metricsOf(query.subject.scope)
  const source = await chooseSource(query, sources)
  const baseMs = { ring: SECOND_MS, minute: MINUTE_MS, quarter: QUARTER_MS }[source]
  const stepMs = chooseStep(query.from, query.to, query.maximumPoints, baseMs)
  const columns = query.metrics.map((metric) => names.indexOf(metric))
  const points = downsample(await stretches(source, query, sources), columns, stepMs)
  return { stepMs, source, points, marks: await sources.store.marks(query.from, query.to) }
}

async function chooseSource(
  { subject, from, to, maximumPoints }: SeriesQuery,
  { recorder, store, now, minuteRetentionMs }: Sources,
): Promise<MetricSeries["source"]> {
  const ringFrom = recorder.ring(subject)?.oldestAt
  if (ringFrom !== undefined && to > ringFrom) {
    // All of it is in the ring, or nothing older was ever written.
    const oldestMinute = (await store.oldest("minute", subject)) ?? Number.POSITIVE_INFINITY
    const oldestQuarter = (await store.oldest("quarter", subject)) ?? Number.POSITIVE_INFINITY
    const ringIsAll = oldestMinute >= floorTo(ringFrom, MINUTE_MS) && oldestQuarter >= floorTo(ringFrom, QUARTER_MS)
    if (from >= ringFrom || ringIsAll) return "ring"
  }
  // It has run for less than a minute: there is nothing but what the ring is about to have.
  if (
    ringFrom === undefined &&
    (await store.oldest("minute", subject)) === undefined &&
    (await store.oldest("quarter", subject)) === undefined
  )
    return "ring"
  if (from < now - minuteRetentionMs) return "quarter"
  return (to - from) / maximumPoints >= QUARTER_MS ? "quarter" : "minute"
}

async function stretches(
  source: MetricSeries["source"],
  { subject, from, to }: SeriesQuery,
  { recorder, store, now }: Sources,
): Promise<Stretch[]> {
  const found: Stretch[] = []
  let reached = floorTo(from, source === "quarter" ? QUARTER_MS : source === "minute" ? MINUTE_MS : SECOND_MS)
  if (source === "quarter") {
    const end = Math.min(to, floorTo(now, QUARTER_MS))
    for (const figures of await store.read("quarter", subject, reached, end)) {
      found.push(figures)
      reached = figures.at + QUARTER_MS
    }
    reached = Math.max(reached, Math.min(end, floorTo(now, QUARTER_MS)))
  }
  if (source !== "ring") {
    const end = Math.min(to, floorTo(now, MINUTE_MS))
    for (const figures of await store.read("minute", subject, reached, end)) {
      found.push(figures)
      reached = figures.at + MINUTE_MS
    }
  }
  for (const { at, values } of recorder.ring(subject)?.range(reached, to) ?? [])
    found.push({ at, samples: 1, mean: values.slice(), max: values.slice() })
  return found
}
