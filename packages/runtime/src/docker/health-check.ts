import type { HealthCheck } from "../spec/container-spec.js"
import { nanosecondsPerMs } from "./times.js"
import type { WireHealthCheck } from "./wire.js"

/** `null` switches the image's check off. */
export function toWireHealthCheck(check: HealthCheck | null): WireHealthCheck {
  if (check === null) return { Test: ["NONE"] }
  return {
    Test: ["CMD", ...check.command],
    // 0 would mean "the default" to Docker; a millisecond is the least it takes.
    Interval: Math.max(1, check.intervalMs) * nanosecondsPerMs,
    Timeout: Math.max(1, check.timeoutMs) * nanosecondsPerMs,
    StartPeriod: check.startPeriodMs * nanosecondsPerMs,
    Retries: check.retries,
  }
}

/** `null`: there is none. Docker's defaults (Dockerfile reference, HEALTHCHECK) for what it leaves open. */
export function fromWireHealthCheck(wire: WireHealthCheck | null | undefined): HealthCheck | null {
  const [kind, ...rest] = wire?.Test ?? []
  const command = kind === "CMD" ? rest : kind === "CMD-SHELL" ? ["/bin/sh", "-c", rest.join(" ")] : []
  if (wire === null || wire === undefined || command.length === 0) return null
  const milliseconds = (value: number | undefined, fallback: number): number => Math.ceil((value ?? 0) / nanosecondsPerMs) || fallback
  return {
    command,
    intervalMs: milliseconds(wire.Interval, 30_000),
    timeoutMs: milliseconds(wire.Timeout, 30_000),
    startPeriodMs: milliseconds(wire.StartPeriod, 0),
    retries: wire.Retries || 3,
  }
}
