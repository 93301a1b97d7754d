import type { ContainerRow } from "../../contract/containers.js"
import type { HostLiveMessage, HostUsage, TopConsumer } from "../../contract/host.js"
import type { Hosts } from "../hosts/hosts.js"
import { countByStatus } from "../live/count-by-status.js"
import { LatestQueue } from "../live/latest-queue.js"
import type { Sampler } from "../live/sampler.js"
import { type HostCounters, readHostCounters } from "./host-counters.js"
import type { HostService } from "./host-service.js"
import { hostUsage } from "./host-usage.js"

const TOP = 5

export interface HostServiceDependencies {
  hosts: Pick<Hosts, "infoOf">
  /** Of the machine that the console runs on. */
  sampler: Sampler
  dataDirectory: string
  serverVersion: string
  startedAt: number
  now: () => number
}

export interface RunningHostService extends HostService {
  /** Reads the host once and tells all readers. Called each second. */
  sample(): Promise<HostUsage>
}

export function createHostService(deps: HostServiceDependencies): RunningHostService {
  const listeners = new Set<(message: HostLiveMessage) => void>()
  let previous: HostCounters | undefined
  let latest: HostLiveMessage | undefined

  return {
    async info(host) {
      return { ...(await deps.hosts.infoOf(host)), serverVersion: deps.serverVersion, startedAt: deps.startedAt }
    },

    async sample() {
      const counters = await readHostCounters(deps.dataDirectory, deps.now)
      const usage = hostUsage(previous, counters)
      previous = counters
      const rows = [...deps.sampler.rows.values()]
      latest = { ...usage, counts: countByStatus(rows), top: topConsumers(rows) }
      for (const listener of listeners) listener(latest)
      return usage
    },

    async *follow(signal) {
      const queue = new LatestQueue<HostLiveMessage>((_, next) => next)
      const listener = (message: HostLiveMessage) => queue.push(message)
      listeners.add(listener)
      try {
        if (latest !== undefined) yield latest
        yield* queue.read(signal)
      } finally {
        listeners.delete(listener)
      }
    },
  }
}

function topConsumers(rows: ContainerRow[]): HostLiveMessage["top"] {
  const highest = (value: (row: ContainerRow) => number, limit: (row: ContainerRow) => number | null): TopConsumer[] =>
    rows
      .filter((row) => value(row) > 0)
      .sort((a, b) => value(b) - value(a))
      .slice(0, TOP)
      .map((row) => ({ id: row.id, name: row.name, tenant: row.tenant, value: value(row), limit: limit(row) }))
  return {
    cpu: highest(
      (row) => row.stats?.cpuCores ?? 0,
      (row) => row.limits.cpuMaxCores ?? null,
    ),
    memory: highest(
      (row) => row.stats?.memoryUsedBytes ?? 0,
      (row) => row.stats?.memoryLimitBytes ?? null,
    ),
  }
}
