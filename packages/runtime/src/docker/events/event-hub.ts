import { setTimeout as delay } from "node:timers/promises"
import type { EngineEvent } from "../../engine.js"
import { EngineError } from "../../errors.js"
import type { Daemon, DaemonFacts } from "../daemon.js"
import type { DockerClient } from "../docker-client.js"
import { readLines } from "../streams/progress.js"
import { queryTime } from "../times.js"
import type { WireEvent } from "../wire.js"
import { translateEvent } from "./translate-event.js"

/** Events kept here beside the 256 that Docker keeps in memory. */
const maximumKept = 20_000
/** How far back a replay reaches before the newest event: Docker orders by arrival, not strictly by time. */
const overlapNs = 5_000_000n
const longestPauseMs = 5_000

/**
 * The daemon's events as one sequence with cursors. A cursor is the event's time in microseconds, or one more than the cursor before it
 * when the clock has not moved on: it only grows, and a replay of what the daemon still keeps gives the same cursors again, also to an
 * engine that was opened anew. After a broken connection the stream is resumed where it ended; what the daemon forgot meanwhile (it keeps
 * 256 events, and none over its own restart) is lost, and a `reconcile` event says that there may be a gap.
 */
export class EventHub {
  readonly #kept: EngineEvent[] = []
  readonly #seen = new Set<string>()
  readonly #wakers = new Set<() => void>()
  readonly #closed = new AbortController()
  #newestNs = 0n
  #newestCursor = 0
  #isListening = false
  #synced: Promise<void> | undefined

  constructor(
    private readonly client: DockerClient,
    private readonly daemon: Daemon,
    private readonly now: () => number,
  ) {}

  /** See `ContainerEngine.events`. */
  async *read(options: { after?: number; follow?: boolean; signal?: AbortSignal } = {}): AsyncGenerator<EngineEvent, void, undefined> {
    const { follow = false, signal } = options
    if (!follow && options.after === undefined) return
    let after = options.after ?? (await this.#present())
    if (options.after !== undefined || !follow)
      await this.#catchUp().catch((error: unknown) => {
        if (!follow) throw error
      })
    if (follow) this.#startListening()
    while (signal?.aborted !== true && !this.#closed.signal.aborted) {
      const next = this.#firstAfter(after)
      if (next !== undefined) {
        after = next.cursor
        yield next
      } else if (follow) await this.#more(signal)
      else return
    }
  }

  /** When an action was last seen on an object, as far as events reach back. */
  async lastAt(action: EngineEvent["action"], id: string): Promise<number | undefined> {
    await this.#catchUp()
    return this.#kept.findLast((event) => event.action === action && event.id === id)?.at
  }

  close(): void {
    this.#closed.abort()
    this.#wake()
  }

  /** Everything that has happened by now is here when it resolves. Several who ask at once share one answer only if it began after they asked. */
  async #catchUp(): Promise<void> {
    const running = this.#synced
    if (running !== undefined) await running.catch(() => undefined)
    if (this.#synced === running) {
      const sync = this.#replay()
      this.#synced = sync
    }
    await this.#synced
  }

  async #replay(): Promise<void> {
    const { clockSkewMs, flavour } = await this.daemon.facts()
    const until = queryTime(BigInt(Math.ceil(this.now() + clockSkewMs) + 1) * 1_000_000n)
    // Podman knows no end that is a moment ago, but an end of what there is.
    const body = await this.#stream({ since: this.#since(flavour), ...(flavour === "podman" ? { stream: false } : { until }) })
    for await (const line of readLines(body)) this.#take(line)
  }

  async #present(): Promise<number> {
    const { clockSkewMs } = await this.daemon.facts()
    return Math.max(this.#newestCursor, Math.floor((this.now() + clockSkewMs) * 1000))
  }

  #startListening(): void {
    if (this.#isListening) return
    this.#isListening = true
    void this.#listen()
  }

  async #listen(): Promise<void> {
    let pauseMs = 50
    let wasConnected = false
    while (!this.#closed.signal.aborted) {
      try {
        const { flavour } = await this.daemon.facts()
        const body = await this.#stream({ since: this.#since(flavour) })
        if (wasConnected) this.#noteGap()
        wasConnected = true
        pauseMs = 50
        for await (const line of readLines(body)) this.#take(line)
      } catch {
        // Away: it is asked again until it is back, which is what a follower waits for; info() says why meanwhile.
      }
      await delay(pauseMs, undefined, { signal: this.#closed.signal }).catch(() => undefined)
      pauseMs = Math.min(longestPauseMs, pauseMs * 2)
    }
  }

  #stream(query: { since: string; until?: string; stream?: boolean }): Promise<AsyncIterable<Uint8Array>> {
    return this.client.stream({
      method: "GET",
      path: "/events",
      query,
      signal: this.#closed.signal,
      about: { kind: "engine", doing: "tell its events" },
    })
  }

  // Podman reads whole seconds only; what was seen before is told from what is new in any case.
  #since(flavour: DaemonFacts["flavour"]): string {
    if (this.#newestNs === 0n) return "0"
    const from = this.#newestNs - overlapNs
    return flavour === "podman" ? String(from / 1_000_000_000n) : queryTime(from)
  }

  #take(line: string): void {
    // JSON's numbers are too coarse for nanoseconds.
    const exact = /"timeNano":\s*(\d+)/.exec(line)?.[1]
    const wire = parse(line)
    if (exact === undefined || wire === undefined) return
    const key = `${exact} ${wire.Type} ${wire.Action ?? wire.status} ${wire.Actor?.ID ?? wire.id}`
    if (this.#seen.has(key)) return
    this.#seen.add(key)
    if (this.#seen.size > maximumKept) this.#seen.delete(this.#seen.values().next().value ?? "")
    const nanoseconds = BigInt(exact)
    if (nanoseconds > this.#newestNs) this.#newestNs = nanoseconds
    const event = translateEvent(wire, Number(nanoseconds / 1_000_000n))
    if (event?.action === "rename" && event.attributes.oldName === undefined) this.#completeRename(event)
    if (event !== undefined) this.#add({ ...event, cursor: Math.max(this.#newestCursor + 1, Number(nanoseconds / 1000n)) })
  }

  // Podman tells only the new name.
  #completeRename(event: Omit<EngineEvent, "cursor">): void {
    const before = this.#kept.findLast(({ id }) => id === event.id)
    if (before !== undefined) event.attributes.oldName = before.name
  }

  #noteGap(): void {
    const at = this.now()
    this.#add({
      cursor: Math.max(this.#newestCursor + 1, Math.floor(at * 1000)),
      at,
      kind: "engine",
      action: "reconcile",
      id: this.client.address,
      name: this.client.address,
      tenant: "operator",
      attributes: { reason: "the connection to the Docker Engine was broken" },
    })
  }

  #add(event: EngineEvent): void {
    this.#newestCursor = event.cursor
    this.#kept.push(event)
    if (this.#kept.length > maximumKept) this.#kept.splice(0, this.#kept.length - maximumKept)
    this.#wake()
  }

  /** By bisection: cursors grow. */
  #firstAfter(after: number): EngineEvent | undefined {
    let [low, high] = [0, this.#kept.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#kept[middle]?.cursor ?? 0) <= after) low = middle + 1
      else high = middle
    }
    return this.#kept[low]
  }

  #more(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#wakers.delete(wake)
        signal?.removeEventListener("abort", wake)
        resolve()
      }
      this.#wakers.add(wake)
      signal?.addEventListener("abort", wake, { once: true })
    })
  }

  #wake(): void {
    for (const wake of [...this.#wakers]) wake()
  }
}

function parse(line: string): WireEvent | undefined {
  try {
    return JSON.parse(line) as WireEvent
  } catch (error) {
    throw new EngineError("runtime_failed", {
      cause: error,
      facts: { line: line.slice(0, 200) },
      publicMessage: "Docker told an event that cannot be read.",
    })
  }
}
