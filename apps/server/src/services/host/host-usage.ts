import type { HostUsage } from "../../contract/host.js"
import type { HostCounters } from "./host-counters.js"

/** The host's use between two readings. Without a previous one, what needs it is `null`. */
export function hostUsage(previous: HostCounters | undefined, current: HostCounters): HostUsage {
  const seconds = previous === undefined ? 0 : (current.at - previous.at) / 1000
  const rate = (before: number | undefined, after: number) =>
    before === undefined || seconds <= 0 || after < before ? null : (after - before) / seconds
  const busy = rate(previous?.cpuBusySeconds, current.cpuBusySeconds)
  return {
    at: current.at,
    // Counted in ticks of 10 ms, a second may seem a little longer than it was.
    cpu: { cores: current.cores, usedCores: busy === null ? null : Math.min(busy, current.cores), loadAverage: current.loadAverage },
    memory: { ...current.memory, usedBytes: current.memory.totalBytes - current.memory.availableBytes },
    swap: { totalBytes: current.swap.totalBytes, usedBytes: current.swap.totalBytes - current.swap.freeBytes },
    network: {
      receivedBytesPerSecond: rate(previous?.network.receivedBytes, current.network.receivedBytes),
      transmittedBytesPerSecond: rate(previous?.network.transmittedBytes, current.network.transmittedBytes),
    },
    disk: {
      readBytesPerSecond: rate(previous?.disk.readBytes, current.disk.readBytes),
      writeBytesPerSecond: rate(previous?.disk.writtenBytes, current.disk.writtenBytes),
      ...current.space,
    },
    pressure: current.pressure,
  }
}
