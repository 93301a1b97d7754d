import type { ContainerRow } from "../../contract/containers.js"
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
    for (const row of sampler.rows.values()) {
      const reading = sampler.samples.has(row.id) ? undefined : hibernating(row, sampler.sampledAt)
      if (reading !== undefined) readings.push(reading)
    }
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

/** It is there and takes nothing. When it wakes its counters begin at 0, though its run goes on: from there they are counted. */
function hibernating({ id, host, tenant, state, networks }: ContainerRow, sampledAt: number): MeterReading | undefined {
  if (state.status !== "hibernated") return undefined
  const traffic = networks.length > 0 ? { receivedBytes: 0, transmittedBytes: 0 } : undefined
  return { host, id, tenant, startedAt: state.startedAt, sampledAt, memoryUsedBytes: 0, cpuMicros: 0, traffic }
}
