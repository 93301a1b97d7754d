import type { HealthProbeResult, HealthStatus } from "../../engine.js"
import type { HealthCheck } from "../../spec/container-spec.js"

/** Health of one run of a container. Pure data. */
export interface HealthState {
  status: HealthStatus
  /** The last five probes, the oldest first. */
  log: readonly HealthProbeResult[]
  /** Failed probes in a row that count. */
  failingStreak: number
}

const logLength = 5

/**
 * The state after one more probe, by Docker's rules: one success makes it healthy; `retries` failures in a row make it
 * unhealthy; failures within the start period do not count until the first success. Exit code 0 is success.
 */
export function afterProbe(state: HealthState, result: HealthProbeResult, options: { check: HealthCheck; startedAt: number }): HealthState {
  const log = [...state.log, result].slice(-logLength)
  if (result.exitCode === 0) return { status: "healthy", log, failingStreak: 0 }
  const inStartPeriod = state.status === "starting" && result.startedAt - options.startedAt < options.check.startPeriodMs
  if (inStartPeriod) return { ...state, log, failingStreak: 0 }
  const streak = state.failingStreak + 1
  return { status: streak >= Math.max(1, options.check.retries) ? "unhealthy" : state.status, log, failingStreak: streak }
}
