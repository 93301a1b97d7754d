import type { Clock } from "../kernel/clock.js"
import { TransientFailure } from "./registry-errors.js"

export interface BackoffOptions {
  clock: Pick<Clock, "now" | "sleep">
  /** 0 ≤ x < 1 */
  random: () => number
  attempts: number
  signal?: AbortSignal
}

/** Longest wait that a registry may ask for; one that asks for more has given up on us. */
const longestWaitMs = 60_000
const firstWaitMs = 250

/** Tries until it works, `attempts` times at most, each wait about twice the one before. Only a `TransientFailure` is tried again; the last one is thrown. */
export async function withBackoff<T>(options: BackoffOptions, attempt: () => Promise<T>): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await attempt()
    } catch (error) {
      failures++
      if (!(error instanceof TransientFailure) || failures >= options.attempts) throw error
      await waitAfter(error, { ...options, failures })
    }
  }
}

/** Waits as the registry asked (Retry-After), else by count of failures with jitter. Throws the failure when it asks for too long. */
export async function waitAfter(
  failure: TransientFailure,
  options: Pick<BackoffOptions, "clock" | "random" | "signal"> & { failures: number },
): Promise<void> {
  const asked = failure.retryAfterMs
  if (asked !== undefined && asked > longestWaitMs) throw failure
  const usual = firstWaitMs * 2 ** Math.min(options.failures - 1, 6) * (0.75 + options.random() / 2)
  await options.clock.sleep(Math.max(usual, asked ?? 0), options.signal)
}

/** A Retry-After header in ms: seconds, or a date. Undefined: it says nothing that can be read. (RFC 9110, 10.2.3) */
export function parseRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  if (/^\d{1,9}$/.test(header.trim())) return Number(header) * 1000
  const date = /^[A-Z][a-z]{2},? /.test(header) ? Date.parse(header) : Number.NaN
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}
