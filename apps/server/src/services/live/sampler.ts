import { setTimeout as pause } from "node:timers/promises"
import { type ContainerEngine, type ContainerStats, type ContainerSummary, isEngineError } from "@plimsoll/runtime"
import type { ContainerRates, ContainerRow } from "../../contract/containers.js"
import type { EngineAccess } from "../engine/engine-access.js"
import { within } from "../within.js"
import { computeRates, operationRates } from "./compute-rates.js"

/** One container in one second. */
export interface Sample {
  stats: ContainerStats
  rates: ContainerRates
  operations: { read: number | null; write: number | null }
}

/** What changed since the last frame. `samples` is absent in frames between the seconds. */
export interface Frame {
  at: number
  upserted: ContainerRow[]
  removed: string[]
  samples: Map<string, Sample> | undefined
}

export interface SamplerDependencies {
  /** Whose containers these are. */
  host: string
  /** How long an answer may take; absent: as long as it takes. */
  deadlineMs?: number
  engine: EngineAccess
  now: () => number
  /** Milliseconds that never jump; default: the machine's. */
  monotonic?: () => number
  onError: (error: unknown, doing: string) => void
}

const SECOND_MS = 1000
/** Samples are taken so long after each full second: a timer that fires a little early must not hit the second before. */
const MARGIN_MS = 10
/** Events of this long are answered by one listing. */
const GATHER_MS = 50
/** A listing at least this often, should an event have been missed. */
const LISTING_MS = 10_000
/** An engine that did not answer in time is left alone for so long: questions without an answer must not pile up. */
const REST_MS = 30_000
const WATCH_AGAIN_MS = 5000

/**
 * The only reader of a host's live state: samples all containers once a second, lists them again when the engine says that
 * something changed, and tells every listener what is new. What it costs does not depend on how many look on.
 */
export class Sampler {
  readonly rows = new Map<string, ContainerRow>()
  readonly samples = new Map<string, Sample>()
  readonly #fingerprints = new Map<string, string>()
  readonly #listeners = new Set<(frame: Frame) => void>()
  readonly #closing = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #gathering: NodeJS.Timeout | undefined
  #listedAt = Number.NEGATIVE_INFINITY
  #sampledAt = Number.NEGATIVE_INFINITY
  #restsUntil = Number.NEGATIVE_INFINITY
  #busy: Promise<void> = Promise.resolve()

  readonly #monotonic: () => number

  constructor(private readonly deps: SamplerDependencies) {
    this.#monotonic = deps.monotonic ?? (() => performance.now())
  }

  /** Shows what was known of the host before, until it is listed. For the start. */
  restore(summaries: ContainerSummary[]): void {
    this.#adopt(summaries)
  }

  start(): void {
    this.deps.engine.onOpened((engine) => void this.#watch(engine))
    this.#schedule()
  }

  async close(): Promise<void> {
    this.#closing.abort()
    clearTimeout(this.#timer)
    clearTimeout(this.#gathering)
    // An engine that answers late, or never, is not waited for.
    if (this.deps.deadlineMs === undefined) await this.#busy
  }

  /** When `samples` were measured; minus infinity: they could not be. */
  get sampledAt(): number {
    return this.#sampledAt
  }

  /** Returns what stops it. */
  onFrame(listener: (frame: Frame) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Full id of a container by id, unique prefix or name, if it is known here. */
  resolve(id: string): string | undefined {
    if (this.rows.has(id)) return id
    for (const row of this.rows.values()) if (row.name === id) return row.id
    const matches = id.length >= 4 ? [...this.rows.keys()].filter((key) => key.startsWith(id)) : []
    return matches.length === 1 ? matches[0] : undefined
  }

  #schedule(): void {
    if (this.#closing.signal.aborted) return
    const delay = SECOND_MS - ((this.deps.now() - MARGIN_MS) % SECOND_MS)
    this.#timer = setTimeout(() => {
      this.#enqueue("sample", () => this.#sample())
      void this.#busy.then(() => this.#schedule())
    }, delay)
  }

  /** One thing at a time, so that frames are in order. */
  #enqueue(doing: string, work: () => Promise<void>): void {
    this.#busy = this.#busy.then(async () => {
      if (this.#closing.signal.aborted) return
      try {
        await work()
      } catch (error) {
        this.deps.onError(error, doing)
      }
    })
  }

  async #watch(engine: ContainerEngine): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      this.#enqueue("list", () => this.#list(engine))
      try {
        for await (const event of engine.events({ follow: true, signal })) {
          if (event.kind === "container" || event.action === "reconcile") this.#gather(engine)
        }
        // The engine was closed.
        return
      } catch (error) {
        this.deps.onError(error, "watch events")
        await pause(WATCH_AGAIN_MS, undefined, { signal, ref: false }).catch(() => undefined)
      }
    }
  }

  #gather(engine: ContainerEngine): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined
      this.#enqueue("list", () => this.#list(engine))
    }, GATHER_MS)
  }

  async #list(engine: ContainerEngine): Promise<void> {
    const summaries = await this.#ask(() => engine.containers.list())
    this.#listedAt = this.#monotonic()
    const { upserted, removed } = this.#adopt(summaries)
    if (upserted.length > 0 || removed.length > 0) this.#publish({ at: this.deps.now(), upserted, removed, samples: undefined })
  }

  async #sample(): Promise<void> {
    const engine = this.#openEngine()
    // One that was away is listed as soon as it is back.
    if (engine === undefined) this.#listedAt = Number.NEGATIVE_INFINITY
    else if (this.#monotonic() - this.#listedAt > LISTING_MS) await this.#list(engine)
    const measured = engine === undefined ? undefined : await this.#readStats(engine)
    const at = this.deps.now()
    this.#sampledAt = measured === undefined ? Number.NEGATIVE_INFINITY : at
    const fresh = new Map<string, Sample>()
    for (const stats of measured ?? []) {
      const previous = this.samples.get(stats.containerId)?.stats
      fresh.set(stats.containerId, {
        stats,
        rates: computeRates(previous, stats, this.rows.get(stats.containerId)?.limits),
        operations: operationRates(previous, stats),
      })
    }
    this.samples.clear()
    for (const [id, sample] of fresh) this.samples.set(id, sample)
    const upserted: ContainerRow[] = []
    for (const [id, row] of this.rows) {
      const stats = fresh.get(id)?.rates ?? null
      if (stats === row.stats) continue
      this.rows.set(id, { ...row, stats })
      // While nothing can be measured, nothing else tells that the figures are not of now.
      if (measured === undefined) upserted.push({ ...row, stats })
    }
    this.#publish({ at, upserted, removed: [], samples: fresh })
  }

  /** A second that could not be read is a gap for the containers; the host's figures still have their frame. */
  async #readStats(engine: ContainerEngine): Promise<ContainerStats[] | undefined> {
    try {
      return await this.#ask(() => engine.containers.statsAll())
    } catch (error) {
      this.deps.onError(error, "sample containers")
      return undefined
    }
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    const { deadlineMs } = this.deps
    if (deadlineMs === undefined) return question()
    try {
      return await within(deadlineMs, question())
    } catch (error) {
      if (isEngineError(error, "deadline_exceeded")) this.#restsUntil = this.#monotonic() + REST_MS
      throw error
    }
  }

  #openEngine(): ContainerEngine | undefined {
    try {
      const engine = this.deps.engine.get()
      return this.#monotonic() < this.#restsUntil ? undefined : engine
    } catch {
      // Not open (yet): there is nothing to sample, and `host.info` says why. When it is back it answers again.
      this.#restsUntil = Number.NEGATIVE_INFINITY
      return undefined
    }
  }

  #adopt(summaries: ContainerSummary[]): { upserted: ContainerRow[]; removed: string[] } {
    const upserted: ContainerRow[] = []
    const present = new Set<string>()
    for (const summary of summaries) {
      present.add(summary.id)
      const fingerprint = JSON.stringify(summary)
      if (this.#fingerprints.get(summary.id) === fingerprint) continue
      this.#fingerprints.set(summary.id, fingerprint)
      const runs = summary.state.status === "running" || summary.state.status === "paused"
      const row: ContainerRow = { ...summary, host: this.deps.host, stats: runs ? (this.samples.get(summary.id)?.rates ?? null) : null }
      this.rows.set(summary.id, row)
      upserted.push(row)
    }
    const removed = [...this.rows.keys()].filter((id) => !present.has(id))
    for (const id of removed) {
      this.rows.delete(id)
      this.samples.delete(id)
      this.#fingerprints.delete(id)
    }
    return { upserted, removed }
  }

  #publish(frame: Frame): void {
    for (const listener of this.#listeners) {
      try {
        listener(frame)
      } catch (error) {
        this.deps.onError(error, "publish")
      }
    }
  }
}
