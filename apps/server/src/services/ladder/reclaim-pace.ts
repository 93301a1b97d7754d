import type { Subject } from "./subject.js"

export const STEP_EVERY_MS = 5000
export const LONGEST_WAIT_MS = 10 * 60_000
/** More than this is a container that misses what was taken. */
export const STALL_PERCENT = 1
export const FAULTS_PER_SECOND = 10

interface Beat {
  at: number
  dueAt: number
  waitMs: number
  majorFaults: number
}

/**
 * When memory may be taken from a container again: every few seconds as long as it does not mind; when it begins to stall or to fault its memory back in, or when a step
 * gave nothing, the wait doubles each time, up to ten minutes, and is short again when it no longer minds. Times are the monotonic clock's.
 */
export class ReclaimPace {
  readonly #beats = new Map<string, Beat>()

  isReady({ id, majorFaults, memoryStall }: Pick<Subject, "id" | "majorFaults" | "memoryStall">, at: number): boolean {
    const beat = this.#beats.get(id)
    if (beat === undefined) return true
    if (at < beat.dueAt) return false
    const faultsPerSecond = Math.max(0, majorFaults - beat.majorFaults) / Math.max(1, (at - beat.at) / 1000)
    const minds = faultsPerSecond > FAULTS_PER_SECOND || (memoryStall ?? 0) > STALL_PERCENT
    if (!minds) return true
    this.#wait(id, { at, majorFaults, waitMs: longer(beat.waitMs) })
    return false
  }

  /** A step was made. */
  took({ id, majorFaults }: Pick<Subject, "id" | "majorFaults">, { at, gaveBackBytes }: { at: number; gaveBackBytes: number }): void {
    const before = this.#beats.get(id)?.waitMs ?? STEP_EVERY_MS
    this.#wait(id, { at, majorFaults, waitMs: gaveBackBytes > 0 ? STEP_EVERY_MS : longer(before) })
  }

  /** Forgets those that are not there any more. */
  keep(ids: ReadonlyMap<string, unknown>): void {
    for (const id of this.#beats.keys()) if (!ids.has(id)) this.#beats.delete(id)
  }

  #wait(id: string, { at, majorFaults, waitMs }: Omit<Beat, "dueAt">): void {
    this.#beats.set(id, { at, majorFaults, waitMs, dueAt: at + waitMs })
  }
}

function longer(waitMs: number): number {
  return Math.min(LONGEST_WAIT_MS, waitMs * 2)
}
