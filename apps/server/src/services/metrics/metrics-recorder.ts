import { setImmediate as nextTurn } from "node:timers/promises"
import type { MetricMark } from "../../contract/metrics.js"
import { combine, type Figures, summarise } from "./figures.js"
import { MetricRing } from "./metric-ring.js"
import { type MetricsStore, MINUTE_MS, QUARTER_MS } from "./metrics-store.js"
import { metricsOf, type Subject } from "./subjects.js"

/** Fifteen minutes of seconds. */
export const RING_SECONDS = 900

/** Wall and monotonic clock may part by so much before it counts as a jump. */
const JUMP_MS = 5000
/** Pause before minutes that could not be written are tried again. */
const RETRY_MS = 10_000
/** So many subjects are summed up before others may run. */
const SLICE = 100

export interface Reading {
  subject: Subject
  values: ArrayLike<number>
}

interface Tracked {
  subject: Subject
  ring: MetricRing
}

export interface MetricsRecorderDependencies {
  store: MetricsStore
  /** Milliseconds that never jump (performance.now). */
  monotonic: () => number
}

/**
 * Keeps each second's figures in rings and writes what a minute and a quarter-hour came to, each in one transaction.
 * Seconds without a reading leave a gap. When the clock jumps, the jump is marked and the rings begin anew.
 */
export class MetricsRecorder {
  readonly #tracked = new Map<string, Tracked>()
  #minute: number | undefined
  #retryAt = 0
  #last: { at: number; monotonic: number } | undefined

  constructor(private readonly deps: MetricsRecorderDependencies) {}

  ring(subject: Subject): MetricRing | undefined {
    return this.#tracked.get(keyOf(subject))?.ring
  }

  /** Takes the readings of one second. Call it once a second, one call at a time. */
  async record(at: number, readings: readonly Reading[]): Promise<void> {
    await this.#noticeJump(at)
    for (const { subject, values } of readings) {
      const key = keyOf(subject)
      let tracked = this.#tracked.get(key)
      if (tracked === undefined) {
        tracked = { subject, ring: new MetricRing(metricsOf(subject.scope).length, RING_SECONDS) }
        this.#tracked.set(key, tracked)
      }
      tracked.ring.push(at, values)
    }
    await this.#closeMinutes(floorTo(at, MINUTE_MS))
  }

  /** Writes the minute that has begun, so that a stop loses nothing. */
  async flush(): Promise<void> {
    const newest = this.#last?.at
    if (this.#minute === undefined || newest === undefined) return
    for (let minute = this.#minute; minute <= newest; minute += MINUTE_MS) await this.#writeMinute(minute)
    this.#minute = undefined
  }

  /** Writes the quarter-hours that ended while nobody was there to do it. For the start. */
  async catchUp(now: number): Promise<void> {
    const newestMinute = await this.deps.store.newest("minute")
    if (newestMinute === undefined) return
    const newestQuarter = await this.deps.store.newest("quarter")
    const present = floorTo(now, QUARTER_MS)
    const first = newestQuarter === undefined ? floorTo(newestMinute, QUARTER_MS) : newestQuarter + QUARTER_MS
    for (let quarter = first; quarter <= newestMinute && quarter < present; quarter += QUARTER_MS) await this.#writeQuarter(quarter)
  }

  async #noticeJump(at: number): Promise<void> {
    const monotonic = this.deps.monotonic()
    const last = this.#last
    if (last === undefined) {
      this.#last = { at, monotonic }
      return
    }
    const deltaMs = Math.round(at - last.at - (monotonic - last.monotonic))
    if (Math.abs(deltaMs) < JUMP_MS) {
      this.#last = { at, monotonic }
      return
    }
    await this.flush()
    this.#last = { at, monotonic }
    for (const { ring } of this.#tracked.values()) ring.clear()
    const mark: MetricMark = { at, kind: "clock-jump", deltaMs }
    await this.deps.store.mark(mark)
  }

  /**
   * Writes all minutes before the present one. When that fails (the disk is full), they are tried again in a while: the
   * rings have them for a quarter of an hour.
   */
  async #closeMinutes(present: number): Promise<void> {
    this.#minute ??= present
    if (this.#minute === present || this.deps.monotonic() < this.#retryAt) return
    this.#retryAt = this.deps.monotonic() + RETRY_MS
    for (let minute = Math.max(this.#minute, present - QUARTER_MS); minute < present; minute += MINUTE_MS) {
      await this.#writeMinute(minute)
      const quarter = floorTo(minute, QUARTER_MS)
      if (floorTo(minute + MINUTE_MS, QUARTER_MS) !== quarter) await this.#writeQuarter(quarter)
      this.#minute = minute + MINUTE_MS
    }
    this.#retryAt = 0
    for (const [key, { ring }] of this.#tracked) {
      if ((ring.newestAt ?? 0) < present - RING_SECONDS * 1000) this.#tracked.delete(key)
    }
  }

  async #writeMinute(minute: number): Promise<void> {
    const entries = await this.#inSlices([...this.#tracked.values()], ({ subject, ring }) => {
      const figures = summarise(minute, ring.range(minute, minute + MINUTE_MS), ring.width)
      return figures && { subject, figures }
    })
    await this.deps.store.write("minute", entries)
  }

  /** From the seconds where the ring still has them all, else from the minutes. */
  async #writeQuarter(quarter: number): Promise<void> {
    const { store } = this.deps
    const entries = await this.#inSlices(await store.subjectsWithMinutes(quarter, quarter + QUARTER_MS), async (subject) => {
      const width = metricsOf(subject.scope).length
      const minutes = await store.read("minute", subject, quarter, quarter + QUARTER_MS)
      const ring = this.ring(subject)
      const seconds = ring && summarise(quarter, ring.range(quarter, quarter + QUARTER_MS), width)
      const complete = seconds !== undefined && seconds.samples >= minutes.reduce((sum, minute) => sum + minute.samples, 0)
      const figures: Figures | undefined = complete ? seconds : combine(quarter, minutes, width)
      return figures && { subject, figures }
    })
    await store.write("quarter", entries)
  }

  async #inSlices<T, R>(items: readonly T[], work: (item: T) => R | undefined | Promise<R | undefined>): Promise<R[]> {
    const results: R[] = []
    for (const [index, item] of items.entries()) {
      const result = await work(item)
      if (result !== undefined) results.push(result)
      if (index % SLICE === SLICE - 1) await nextTurn()
    }
    return results
  }
}

export function floorTo(at: number, stepMs: number): number {
  return Math.floor(at / stepMs) * stepMs
}

function keyOf({ scope, key }: Subject): string {
  return `${scope}:${key}`
}
