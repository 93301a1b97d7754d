import { type TimeInterval, timeDay, timeHour, timeMinute, timeMonth, timeSecond } from "d3-time"

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Steps of a time axis, the finest first. Whole ones in the reader's time zone, summer time included (d3-time). */
const timeSteps: readonly [lengthMs: number, every: TimeInterval | null][] = [
  [1000, timeSecond],
  [5000, timeSecond.every(5)],
  [15_000, timeSecond.every(15)],
  [30_000, timeSecond.every(30)],
  [MINUTE, timeMinute],
  [2 * MINUTE, timeMinute.every(2)],
  [5 * MINUTE, timeMinute.every(5)],
  [15 * MINUTE, timeMinute.every(15)],
  [30 * MINUTE, timeMinute.every(30)],
  [HOUR, timeHour],
  [3 * HOUR, timeHour.every(3)],
  [6 * HOUR, timeHour.every(6)],
  [12 * HOUR, timeHour.every(12)],
  [DAY, timeDay],
  [2 * DAY, timeDay.every(2)],
  [7 * DAY, timeDay.every(7)],
  [30 * DAY, timeMonth],
  [90 * DAY, timeMonth.every(3)],
]

/** Times to mark between `from` and `to`, at most about `count`, and how far apart they are. */
export function timeTicks(from: number, to: number, count: number): { ticks: number[]; stepMs: number } {
  const wanted = (to - from) / Math.max(1, count)
  const [stepMs, every] = timeSteps.find(([length]) => length >= wanted) ?? [90 * DAY, timeMonth.every(3)]
  const ticks = (every ?? timeDay).range(new Date(from), new Date(to + 1)).map((date) => date.getTime())
  return { ticks, stepMs }
}

const binarySteps = [0.125, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]

function decimalStep(wanted: number): number {
  const magnitude = 10 ** Math.floor(Math.log10(wanted))
  return magnitude * ([1, 2, 2.5, 5, 10].find((factor) => factor * magnitude >= wanted * 0.999_999) ?? 10)
}

/** From 0 to at least `max` in round steps; `binary` rounds to powers of two of a binary unit, so that bytes read as 64 MiB, not 61 MiB. */
export function valueTicks(max: number, options: { binary: boolean; intervals?: number }): number[] {
  if (!(max > 0) || !Number.isFinite(max)) return [0, 1]
  const intervals = options.intervals ?? 4
  let step: number
  if (options.binary) {
    const unit = 1024 ** Math.max(0, Math.floor(Math.log2(max) / 10))
    step = unit * (binarySteps.find((candidate) => candidate * unit * intervals >= max * 0.999_999) ?? 512)
  } else {
    step = decimalStep(max / intervals)
  }
  const count = Math.max(1, Math.ceil(max / step - 1e-6))
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)))
}

/** A limit is drawn as a line while figures reach at least this share of it; below, the line would flatten them to the ground. */
const LIMIT_IN_SIGHT = 0.1

/**
 * Up to where a value axis has to reach: the highest figure, and each limit that is in sight of it or `always` shown.
 * Never below `atLeast`, and never above `atMost` unless a figure is.
 */
export function reachOf(
  highest: number,
  limits: readonly { value: number; always?: boolean }[],
  { atLeast = 0, atMost = Number.POSITIVE_INFINITY }: { atLeast?: number; atMost?: number } = {},
): number {
  const inSight = limits.filter((limit) => limit.always === true || highest >= limit.value * LIMIT_IN_SIGHT)
  const wanted = Math.max(atLeast, highest * 1.02, ...inSight.map((limit) => limit.value * 1.02))
  return Math.min(wanted, Math.max(atMost, highest))
}

export interface SeriesPoint {
  at: number
  values: readonly (number | null)[]
}

/** The points with a `null` one in every hole of more than two steps, so that a line is not drawn over what nobody measured. */
export function withGaps(points: readonly SeriesPoint[], stepMs: number): SeriesPoint[] {
  const result: SeriesPoint[] = []
  let previous: SeriesPoint | undefined
  for (const point of points) {
    if (previous !== undefined && point.at - previous.at > 2.5 * stepMs)
      result.push({ at: previous.at + stepMs, values: point.values.map(() => null) })
    result.push(point)
    previous = point
  }
  return result
}
