import type { ContainerStats } from "../../engine.js"
import { EngineError } from "../../errors.js"
import type { DockerContext } from "../docker-context.js"
import { mapBounded } from "../turn-queue.js"
import type { WireContainer, WireStats } from "../wire.js"
import { findContainerIfThere, findRunning, isLive, listRows } from "./find-container.js"

const atOnce = 16

/** Samples of running containers: from the kernel for those of this host, from the API for all others. */
export class StatsReader {
  /** Pids of containers that run here, so that a sample of all costs one request. */
  readonly #pids = new Map<string, { pid: number; limits: Pick<ContainerStats["memory"], "maxBytes"> & { pidsMax?: number } }>()

  constructor(private readonly context: DockerContext) {}

  async one(reference: string): Promise<ContainerStats> {
    const wire = await findRunning(this.context, reference, "measure it")
    const stats = await this.#sample(wire)
    if (stats !== undefined) return stats
    throw new EngineError("conflict", { facts: { id: wire.Id }, publicMessage: `Container "${reference}" has just ended.` })
  }

  async all(): Promise<ContainerStats[]> {
    const rows = await listRows(this.context, { status: ["running", "paused"] })
    const { kernel } = await this.context.daemon.facts()
    const ids = new Set(rows.map((row) => row.Id))
    kernel?.forget((id) => !ids.has(id))
    for (const id of this.#pids.keys()) if (!ids.has(id)) this.#pids.delete(id)
    const samples = await mapBounded([...ids], atOnce, (id) => this.#ofRunning(id))
    return samples.filter((sample) => sample !== undefined)
  }

  async #ofRunning(id: string): Promise<ContainerStats | undefined> {
    const { kernel } = await this.context.daemon.facts()
    const known = this.#pids.get(id)
    if (kernel !== undefined && known !== undefined && kernel.isHere(known.pid, id)) {
      const sample = kernel.sample(id, known.pid)
      if (sample !== undefined) return withLimits({ ...sample, containerId: id }, known.limits)
    }
    const wire = await findContainerIfThere(this.context, id)
    return wire === undefined || !isLive(wire) ? undefined : this.#sample(wire)
  }

  async #sample(wire: WireContainer): Promise<ContainerStats | undefined> {
    const { kernel, limits } = await this.context.daemon.facts()
    const pid = wire.State?.Pid ?? 0
    const { memoryMaxBytes, pidsMax } = limits.fromHostConfig(wire.HostConfig ?? {}, kernel)
    const own = { ...(memoryMaxBytes === undefined ? {} : { maxBytes: memoryMaxBytes }), ...(pidsMax === undefined ? {} : { pidsMax }) }
    if (kernel?.isHere(pid, wire.Id)) {
      this.#pids.set(wire.Id, { pid, limits: own })
      const sample = kernel.sample(wire.Id, pid)
      return sample === undefined ? undefined : withLimits({ ...sample, containerId: wire.Id }, own)
    }
    const about = { kind: "container", name: wire.Id, doing: "measure it" } as const
    const measured = await this.context.client.json<WireStats>({
      method: "GET",
      path: `/containers/${wire.Id}/stats`,
      query: { stream: false, "one-shot": true },
      about,
    })
    return withLimits(fromWireStats(wire.Id, measured, this.context.now()), own)
  }
}

function withLimits(stats: ContainerStats, own: { maxBytes?: number; pidsMax?: number }): ContainerStats {
  const { memory, pids } = stats
  return {
    ...stats,
    memory: own.maxBytes === undefined ? memory : { ...memory, maxBytes: memory.maxBytes ?? own.maxBytes },
    pids: own.pidsMax === undefined ? pids : { ...pids, max: pids.max ?? own.pidsMax },
  }
}

/** Docker's figures in ours. On cgroup v1 they are `memory.stat` with `total_` names, on v2 those of v2. */
export function fromWireStats(containerId: string, wire: WireStats, now: number): ContainerStats {
  const { cpu_stats: cpu, memory_stats: memory, pids_stats: pids, blkio_stats: io } = wire
  const figure = (...names: string[]): number => names.map((name) => memory?.stats?.[name]).find((value) => value !== undefined) ?? 0
  const anonBytes = figure("total_rss", "anon")
  const shmemBytes = figure("total_shmem", "shmem")
  const kernelBytes = figure("kernel", "slab", "kernel_stack")
  const swapBytes = figure("total_swap", "swap")
  const throttling = cpu?.throttling_data
  const links = Object.values(wire.networks ?? {})
  const sum = (name: keyof (typeof links)[number]): number => links.reduce((total, link) => total + (link[name] ?? 0), 0)
  const io_ = (list: "io_service_bytes_recursive" | "io_serviced_recursive", op: string): number =>
    (io?.[list] ?? []).filter((entry) => entry.op?.toLowerCase() === op).reduce((total, entry) => total + (entry.value ?? 0), 0)
  return {
    containerId,
    sampledAt: Date.parse(wire.read ?? "") || now,
    cpu: {
      usageMicros: micros(cpu?.cpu_usage?.total_usage) ?? 0,
      ...optional("userMicros", micros(cpu?.cpu_usage?.usage_in_usermode)),
      ...optional("systemMicros", micros(cpu?.cpu_usage?.usage_in_kernelmode)),
      ...optional("periods", throttling?.periods),
      ...optional("throttledPeriods", throttling?.throttled_periods),
      ...optional("throttledMicros", micros(throttling?.throttled_time)),
    },
    memory: {
      usedBytes: anonBytes + shmemBytes + kernelBytes + swapBytes,
      chargedBytes: memory?.usage ?? 0,
      anonBytes,
      fileBytes: figure("total_cache", "file"),
      shmemBytes,
      kernelBytes,
      swapBytes,
      majorFaults: figure("total_pgmajfault", "pgmajfault"),
      oomKills: 0,
    },
    io: {
      readBytes: io_("io_service_bytes_recursive", "read"),
      writeBytes: io_("io_service_bytes_recursive", "write"),
      readOperations: io_("io_serviced_recursive", "read"),
      writeOperations: io_("io_serviced_recursive", "write"),
    },
    pids: { current: pids?.current ?? 0 },
    ...(links.length === 0
      ? {}
      : {
          network: {
            receivedBytes: sum("rx_bytes"),
            transmittedBytes: sum("tx_bytes"),
            receivedPackets: sum("rx_packets"),
            transmittedPackets: sum("tx_packets"),
            receivedDropped: sum("rx_dropped"),
            transmittedDropped: sum("tx_dropped"),
          },
        }),
  }
}

function micros(nanoseconds: number | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : Math.floor(nanoseconds / 1000)
}

function optional<K extends string>(name: K, value: number | undefined): Partial<Record<K, number>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, number>)
}

/** The container's own pid, when it is a process of this host. Rejects with `conflict` when it does not run. */
export async function localPid(
  context: DockerContext,
  reference: string,
  purpose: string,
): Promise<{ wire: WireContainer; pid: number | undefined }> {
  const wire = await findRunning(context, reference, purpose)
  const { kernel } = await context.daemon.facts()
  const pid = wire.State?.Pid ?? 0
  return { wire, pid: kernel?.isHere(pid, wire.Id) ? pid : undefined }
}
