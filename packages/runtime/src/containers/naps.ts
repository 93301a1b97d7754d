import type { WakeCause } from "../engine.js"
import { EngineError, isEngineError } from "../errors.js"
import type { ContainerRecord } from "./container-record.js"
import { runOf } from "./container-record.js"
import { woke } from "./container-transitions.js"
import { inBackground } from "./in-background.js"
import { KeyedQueue } from "./keyed-queue.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { networkOwner } from "./pods.js"

export interface Woken {
  sleptMs: number
  wakeMs: number
}

export type NapsContext = Pick<LifecycleContext, "containers" | "groups" | "network" | "health" | "clock" | "report"> & {
  /** Wakes one that hibernates. */
  restore(id: string, cause: WakeCause): Promise<Woken>
}

/** Who falls asleep just now: aborted by whoever wants it awake. */
interface Attempt {
  readonly controller: AbortController
  frozenAt: number | undefined
}

/**
 * Knows which containers nap or are about to, listens for packets to them, and wakes them. The document says who naps; half-made naps are not in it, so that the next start
 * thaws what a crash left frozen. Freezing and thawing of one container, with what is written of it, go one after the other (`inTurn`), in moments:
 * nobody who wakes waits for a queue in which operations of seconds stand.
 */
export class Naps {
  readonly #context: NapsContext
  readonly #turns = new KeyedQueue()
  readonly #attempts = new Map<string, Attempt>()
  readonly #taps = new Map<string, { close(): void }>()
  readonly #waking = new Map<string, Promise<Woken>>()
  readonly #holds = new Map<string, number>()

  constructor(context: NapsContext) {
    this.#context = context
  }

  /** One freeze or thaw of the container at a time. Not re-entrant. */
  inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    return this.#turns.run(id, work)
  }

  /** While it is held it does not fall asleep. */
  hold(id: string): Disposable {
    this.#holds.set(id, (this.#holds.get(id) ?? 0) + 1)
    let released = false
    return {
      [Symbol.dispose]: () => {
        if (released) return
        released = true
        const left = (this.#holds.get(id) ?? 1) - 1
        if (left > 0) this.#holds.set(id, left)
        else this.#holds.delete(id)
      },
    }
  }

  isHeld(id: string): boolean {
    return this.#holds.has(id)
  }

  /** It begins to fall asleep. `signal` aborts, with the cause as its reason, when somebody wants it awake; `frozen` notes that it does not run any more. */
  begin(id: string): { signal: AbortSignal; frozen(): void; end(): void } {
    const attempt: Attempt = { controller: new AbortController(), frozenAt: undefined }
    this.#attempts.set(id, attempt)
    return {
      signal: attempt.controller.signal,
      frozen: () => {
        attempt.frozenAt = this.#context.clock.monotonic()
      },
      end: () => {
        if (this.#attempts.get(id) === attempt) this.#attempts.delete(id)
      },
    }
  }

  /** From here on a packet wakes it. Containers that share its network namespace have taps of their own on the same links. */
  async listen(record: ContainerRecord): Promise<void> {
    const owner = networkOwner(this.#context.containers, record)
    if (owner.kind !== "container") return this.stopListening(record.id)
    // The new one hears before the old one stops.
    const tap = await this.#context.network.watchPackets(owner.id, () =>
      inBackground(this.#context.report, "a container could not be woken by a packet", () => this.wake(record.id, "packet")),
    )
    this.stopListening(record.id)
    this.#taps.set(record.id, tap)
  }

  stopListening(id: string): void {
    this.#taps.get(id)?.close()
    this.#taps.delete(id)
  }

  /** See `ContainerApi.wake`. Who wake it at once share one waking. One that has ended needs none. */
  wake(id: string, cause: WakeCause): Promise<Woken> {
    const running = this.#waking.get(id)
    if (running !== undefined) return running
    const waking = this.#wake(id, cause).finally(() => this.#waking.delete(id))
    this.#waking.set(id, waking)
    return waking
  }

  /** Its run is over. */
  forget(id: string): void {
    this.#attempts.get(id)?.controller.abort("stop")
    this.stopListening(id)
  }

  /** A nap that was there before the daemon came: listens again, and wakes it when something came meanwhile. */
  async restore(record: ContainerRecord): Promise<void> {
    const run = runOf(record)
    if (run === undefined || !isNapping(record)) return
    await this.listen(record)
    if (this.#context.network.inputWaits({ pid: run.pid, startTicks: run.pidStartTicks })) await this.wake(record.id, "packet")
  }

  /** If it is falling asleep just now, it does not in the end. */
  interrupt(id: string, cause: WakeCause): void {
    this.#attempts.get(id)?.controller.abort(cause)
  }

  /** Who falls asleep does not. */
  interruptAll(): void {
    for (const { controller } of this.#attempts.values()) controller.abort("request")
  }

  /** Nobody listens any more: who naps is woken, since no packet could. */
  async close(): Promise<void> {
    const { containers, report } = this.#context
    for (const { id } of containers.all().filter(isNapping)) {
      try {
        await this.wake(id, "request")
      } catch (error) {
        report.error("a container could not be woken before the engine closed", { id, error })
      }
    }
    for (const id of [...this.#taps.keys()]) this.stopListening(id)
  }

  async #wake(id: string, cause: WakeCause): Promise<Woken> {
    const { clock, groups, containers } = this.#context
    const began = clock.monotonic()
    const attempt = this.#attempts.get(id)
    attempt?.controller.abort(cause)
    const record = containers.get(id)
    if (record?.state.status === "hibernated") return this.#context.restore(id, cause)
    if (record === undefined || (attempt === undefined && !isNapping(record))) return { sleptMs: 0, wakeMs: 0 }
    try {
      const woken = await this.inTurn(id, async () => {
        const current = containers.get(id)
        if (current === undefined || isNapping(current)) return this.#wakeNapping(id, cause, began)
        // It was written to disk before anybody could hold that up.
        if (current.state.status === "hibernated") return undefined
        if (attempt?.frozenAt === undefined) return { sleptMs: 0, wakeMs: clock.monotonic() - began }
        const sleptMs = began - attempt.frozenAt
        await groups.of(record).thaw()
        return { sleptMs, wakeMs: clock.monotonic() - began }
      })
      return woken ?? (await this.#context.restore(id, cause))
    } catch (error) {
      // It ended meanwhile, which its watcher tells.
      if (isEngineError(error, "not_found")) return { sleptMs: 0, wakeMs: 0 }
      throw error
    }
  }

  async #wakeNapping(id: string, cause: WakeCause, began: number): Promise<Woken> {
    const { clock, containers, groups, health } = this.#context
    const record = containers.get(id)
    if (record === undefined || record.state.status !== "paused" || record.state.nap === undefined) return { sleptMs: 0, wakeMs: 0 }
    await groups.of(record).thaw()
    const woken = { sleptMs: Math.max(0, clock.now() - record.state.nap.since), wakeMs: clock.monotonic() - began }
    this.stopListening(id)
    // Forced: it runs already, whatever the disk says.
    await containers.update(id, (current) => woke(current, { cause, ...woken }), { forced: true, sync: "soon" })
    health.resume(id)
    return woken
  }
}

/** True for a container that naps, not for one that was paused by hand. */
export function isNapping({ state }: ContainerRecord): boolean {
  return state.status === "paused" && state.nap !== undefined
}

/** The refusal of a nap that was cut short. */
export function wokenMeanwhile(record: ContainerRecord, cause: unknown): EngineError {
  return new EngineError("aborted", {
    facts: { id: record.id, cause: String(cause) },
    publicMessage: `Container "${record.name}" was wanted while it fell asleep (${String(cause)}). It runs on.`,
  })
}
