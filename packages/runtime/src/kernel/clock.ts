import { randomBytes } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"

/** Time as the engine sees it; tests turn it by hand. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number
  /** Milliseconds that never jump, for measuring durations. */
  monotonic(): number
  /** Resolves after `ms`; rejects with AbortError when the signal aborts. Keeps the process alive: what waits in the background takes a signal. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Source of new object ids. */
export interface Ids {
  /** 64 hexadecimal digits. */
  next(): string
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal === undefined ? {} : { signal }),
}

export const randomIds: Ids = { next: () => randomBytes(32).toString("hex") }
