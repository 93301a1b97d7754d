import type { ContainerStats, ResourceLimits } from "@plimsoll/runtime"
import type { ContainerRates } from "../../contract/containers.js"

/** Growth of a counter per second; `null` when it is unknown or when the counter began anew. */
function perSecond(previous: number | undefined, current: number | undefined, seconds: number): number | null {
  if (previous === undefined || current === undefined || current < previous || seconds <= 0) return null
  return (current - previous) / seconds
}

/** Rates between two samples of one container. Without a previous sample, what needs one is `null`. */
export function computeRates(previous: ContainerStats | undefined, current: ContainerStats, limits: ResourceLimits = {}): ContainerRates {
  const seconds = previous === undefined ? 0 : (current.sampledAt - previous.sampledAt) / 1000
  const cpuMicros = perSecond(previous?.cpu.usageMicros, current.cpu.usageMicros, seconds)
  return {
    at: current.sampledAt,
    cpuCores: cpuMicros === null ? null : cpuMicros / 1_000_000,
    cpuThrottledShare: throttledShare(previous, current),
    memoryUsedBytes: current.memory.usedBytes,
    memoryLimitBytes: current.memory.maxBytes ?? limits.memoryMaxBytes ?? null,
    receivedBytesPerSecond: perSecond(previous?.network?.receivedBytes, current.network?.receivedBytes, seconds),
    transmittedBytesPerSecond: perSecond(previous?.network?.transmittedBytes, current.network?.transmittedBytes, seconds),
    readBytesPerSecond: perSecond(previous?.io.readBytes, current.io.readBytes, seconds),
    writeBytesPerSecond: perSecond(previous?.io.writeBytes, current.io.writeBytes, seconds),
    pids: current.pids.current,
  }
}

/** Operations per second, which only the history keeps. */
export function operationRates(
  previous: ContainerStats | undefined,
  current: ContainerStats,
): { read: number | null; write: number | null } {
  const seconds = previous === undefined ? 0 : (current.sampledAt - previous.sampledAt) / 1000
  return {
    read: perSecond(previous?.io.readOperations, current.io.readOperations, seconds),
    write: perSecond(previous?.io.writeOperations, current.io.writeOperations, seconds),
  }
}

function throttledShare(previous: ContainerStats | undefined, current: ContainerStats): number | null {
  const before = previous?.cpu
  const { periods, throttledPeriods } = current.cpu
  if (periods === undefined || throttledPeriods === undefined || before?.periods === undefined || before.throttledPeriods === undefined)
    return null
  const passed = periods - before.periods
  if (passed < 0) return null
  return passed === 0 ? 0 : Math.min(1, Math.max(0, (throttledPeriods - before.throttledPeriods) / passed))
}
