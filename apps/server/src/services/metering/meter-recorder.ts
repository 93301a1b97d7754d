import type { MeterStore, SoldTerms, StoredCounter } from "./meter-store.js"
import { HOUR_MS, HourBook } from "./meter-sums.js"
import { type MeterReading, RunCounters } from "./run-counters.js"

const MINUTE_MS = 60_000
const DAY_MS = 24 * HOUR_MS
const MICROS_PER_HOUR = HOUR_MS * 1000
/** A frame stands for no more: what was not looked at was not measured. */
const FRAME_MS = 5000

/** What there is at one moment. */
export interface MeterFrame {
  /** Wall clock: it says into which hour it goes, and nothing else. */
  at: number
  /** Those that could be measured. */
  hosts: readonly string[]
  readings: readonly MeterReading[]
  /** What its disks take, by tenant. */
  diskUsedBytes: ReadonlyMap<string, number>
  /** By tenant. */
  sold: ReadonlyMap<string, SoldTerms>
}

export interface MeterRecorderDependencies {
  store: MeterStore
  /** Milliseconds that never jump (performance.now). */
  monotonic: () => number
}

/**
 * Adds up what tenants have and use, frame by frame, and writes it once a minute in one transaction with the counters that it came from: a crash at any
 * moment loses at most a minute of time, no traffic, and nothing is counted twice. Lengths of time are the monotonic clock's.
 */
export class MeterRecorder {
  readonly #book = new HourBook()
  readonly #counters: RunCounters
  #lastFrame: number | undefined
  #lastWrite: number
  #newestAt: number | undefined

  private constructor(
    private readonly deps: MeterRecorderDependencies,
    counters: readonly StoredCounter[],
  ) {
    this.#counters = new RunCounters(counters)
    this.#lastWrite = deps.monotonic()
  }

  /** Goes on where the counters in the database are. */
  static async open(deps: MeterRecorderDependencies): Promise<MeterRecorder> {
    return new MeterRecorder(deps, await deps.store.counters())
  }

  /** Adds a frame up, when it comes. */
  record(frame: MeterFrame): void {
    const now = this.deps.monotonic()
    const elapsedMs = this.#lastFrame === undefined ? 0 : Math.min(FRAME_MS, now - this.#lastFrame)
    this.#lastFrame = now
    if (frame.hosts.length > 0) this.#add(frame, elapsedMs)
  }

  /** Writes once a minute, one call at a time. Rejects when it cannot: what there is then is written with the next minute. */
  async writeIfDue(): Promise<void> {
    const now = this.deps.monotonic()
    if (now - this.#lastWrite < MINUTE_MS) return
    this.#lastWrite = now
    await this.flush()
  }

  /** Writes what there is, so that a stop loses nothing. */
  async flush(): Promise<void> {
    const at = this.#newestAt
    if (at === undefined) return
    const forgetBefore = at - DAY_MS
    const hours = this.#book.take()
    const counters = this.#counters.take(at)
    try {
      await this.deps.store.write({ hours, counters, forgetBefore })
    } catch (error) {
      this.#book.putBack(hours)
      this.#counters.putBack(counters)
      throw error
    }
    this.#counters.forget(forgetBefore)
  }

  #add({ at, hosts, readings, diskUsedBytes, sold }: MeterFrame, elapsedMs: number): void {
    this.#newestAt = at
    const hours = elapsedMs / HOUR_MS
    for (const reading of readings) {
      const sums = this.#book.of(reading.tenant, at)
      const { cpuMicros, receivedBytes, transmittedBytes } = this.#counters.growth(reading, at)
      sums.memoryUsedByteHours += reading.memoryUsedBytes * hours
      sums.cpuUsedCoreHours += cpuMicros / MICROS_PER_HOUR
      sums.receivedBytes += receivedBytes
      sums.transmittedBytes += transmittedBytes
    }
    for (const [tenant, bytes] of diskUsedBytes) this.#book.of(tenant, at).diskUsedByteHours += bytes * hours
    for (const [tenant, terms] of sold) {
      const sums = this.#book.of(tenant, at)
      sums.memorySoldByteHours += terms.memoryMaxBytes * hours
      sums.cpuSoldCoreHours += terms.cpuMaxCores * hours
      sums.diskSoldByteHours += terms.diskBytes * hours
    }
    const present = new Set([...readings.map(({ tenant }) => tenant), ...diskUsedBytes.keys(), ...sold.keys()])
    for (const tenant of present) this.#book.of(tenant, at).measuredMs += elapsedMs
    this.#counters.sawHosts(hosts, at)
  }
}
