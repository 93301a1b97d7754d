import type { Samplers } from "../live/samplers.js"
import type { MeterReading } from "./run-counters.js"

/** Figures of a host that are older are not of now any more: it is slow, or away. */
const FRESH_MS = 5000

/** What runs on each host that could be sampled lately. */
export function meterReadings(samplers: Pick<Samplers, "all">, at: number): { hosts: string[]; readings: MeterReading[] } {
  const hosts: string[] = []
  const readings: MeterReading[] = []
  for (const [host, sampler] of samplers.all()) {
    if (at - sampler.sampledAt > FRESH_MS) continue
    hosts.push(host)
    for (const [id, { stats }] of sampler.samples) {
      const row = sampler.rows.get(id)
      if (row === undefined || (row.state.status !== "running" && row.state.status !== "paused")) continue
      readings.push({
        ...{ host, id, tenant: row.tenant, startedAt: row.state.startedAt, sampledAt: stats.sampledAt },
        memoryUsedBytes: stats.memory.usedBytes,
        cpuMicros: stats.cpu.usageMicros,
        // Without a network of its own it is in another's namespace, where the same bytes are counted for that one.
        traffic: row.networks.length > 0 ? stats.network : undefined,
      })
    }
  }
  return { hosts, readings }
}
