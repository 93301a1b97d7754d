import type { ContainerStats } from "@plimsoll/runtime"
import type { ContainerRow } from "../../contract/containers.js"
import type { ContainerStatus } from "../../contract/engine-types.js"
import { counter, gauge, type MetricFamily, type MetricGroup, type Series } from "./metric-family.js"

/** `stats`: absent while nothing runs, and while its host does not tell. */
export interface MeasuredContainer {
  row: ContainerRow
  stats: ContainerStats | undefined
}

type Family = MetricFamily<MeasuredContainer>
const MICROS = 1e6

const states: Family[] = [
  gauge({
    name: "plimsoll_container_state",
    unit: "",
    help: "Always 1; its label tells the state",
    labels: ["state"],
    read: ({ row }) => [{ labels: { state: row.state.status satisfies ContainerStatus }, value: 1 }],
  }),
  gauge({ name: "plimsoll_container_napping", unit: "", help: "1: it naps", read: ({ row }) => (row.nap === undefined ? 0 : 1) }),
  gauge({
    name: "plimsoll_container_hibernating",
    unit: "",
    help: "1: it hibernates, its processes are on disk",
    read: ({ row }) => (row.hibernation === undefined ? 0 : 1),
  }),
  gauge({
    name: "plimsoll_container_start_timestamp_seconds",
    unit: "seconds",
    help: "When it was started",
    read: ({ row: { state } }) => ("startedAt" in state && state.startedAt !== undefined ? state.startedAt / 1000 : null),
  }),
  counter({
    name: "plimsoll_container_restarts_total",
    unit: "",
    help: "How often its restart policy started it again",
    read: ({ row }) => row.restartCount,
  }),
]

const cpu: Family[] = [
  counter({
    name: "plimsoll_container_cpu_seconds_total",
    unit: "seconds",
    help: "CPU time",
    read: ({ stats }) => stats && stats.cpu.usageMicros / MICROS,
  }),
  counter({
    name: "plimsoll_container_cpu_throttled_seconds_total",
    unit: "seconds",
    help: "Time in which its limit stopped it",
    read: ({ stats }) => (stats?.cpu.throttledMicros === undefined ? null : stats.cpu.throttledMicros / MICROS),
  }),
  counter({
    name: "plimsoll_container_cpu_periods_total",
    unit: "",
    help: "Periods of the scheduler in which it ran",
    read: ({ stats }) => stats?.cpu.periods,
  }),
  counter({
    name: "plimsoll_container_cpu_throttled_periods_total",
    unit: "",
    help: "Those in which its limit stopped it",
    read: ({ stats }) => stats?.cpu.throttledPeriods,
  }),
  gauge({
    name: "plimsoll_container_cpu_limit_cores",
    unit: "cores",
    help: "Its own CPU limit; absent: it has none",
    read: ({ row }) => row.limits.cpuMaxCores,
  }),
]

const memory: Family[] = [
  gauge({
    name: "plimsoll_container_memory_used_bytes",
    unit: "bytes",
    help: "Memory that cannot simply be dropped: anon, shmem, kernel and what is swapped",
    read: ({ stats }) => stats?.memory.usedBytes,
  }),
  gauge({
    name: "plimsoll_container_memory_charged_bytes",
    unit: "bytes",
    help: "All that it is charged for, page cache included",
    read: ({ stats }) => stats?.memory.chargedBytes,
  }),
  gauge({
    name: "plimsoll_container_memory_swap_bytes",
    unit: "bytes",
    help: "What of its memory is swapped out",
    read: ({ stats }) => stats?.memory.swapBytes,
  }),
  gauge({
    name: "plimsoll_container_memory_limit_bytes",
    unit: "bytes",
    help: "Its own memory limit; absent: it has none",
    read: ({ row, stats }) => stats?.memory.maxBytes ?? row.limits.memoryMaxBytes,
  }),
  counter({
    name: "plimsoll_container_memory_major_faults_total",
    unit: "",
    help: "Pages that had to be read from disk or swap",
    read: ({ stats }) => stats?.memory.majorFaults,
  }),
  counter({
    name: "plimsoll_container_oom_kills_total",
    unit: "",
    help: "Processes that the kernel killed for want of memory",
    read: ({ stats }) => stats?.memory.oomKills,
  }),
]

const traffic: Family[] = [
  counter({
    name: "plimsoll_container_disk_read_bytes_total",
    unit: "bytes",
    help: "Read from disks",
    read: ({ stats }) => stats?.io.readBytes,
  }),
  counter({
    name: "plimsoll_container_disk_written_bytes_total",
    unit: "bytes",
    help: "Written to disks",
    read: ({ stats }) => stats?.io.writeBytes,
  }),
  counter({
    name: "plimsoll_container_network_received_bytes_total",
    unit: "bytes",
    help: "Received on its own network",
    read: ({ stats }) => stats?.network?.receivedBytes,
  }),
  counter({
    name: "plimsoll_container_network_transmitted_bytes_total",
    unit: "bytes",
    help: "Sent on its own network",
    read: ({ stats }) => stats?.network?.transmittedBytes,
  }),
]

const processesAndPressure: Family[] = [
  gauge({
    name: "plimsoll_container_pids_used_processes",
    unit: "processes",
    help: "Processes that it has",
    read: ({ stats }) => stats?.pids.current,
  }),
  gauge({
    name: "plimsoll_container_pids_limit_processes",
    unit: "processes",
    help: "How many it may have; absent: it has no limit",
    read: ({ row, stats }) => stats?.pids.max ?? row.limits.pidsMax,
  }),
  counter({
    name: "plimsoll_container_pressure_waiting_seconds_total",
    unit: "seconds",
    help: "Time in which something in it waited for the resource (PSI some; cgroup v2 only)",
    labels: ["resource"],
    read: ({ stats }) => pressureOf(stats, "some"),
  }),
  counter({
    name: "plimsoll_container_pressure_stalled_seconds_total",
    unit: "seconds",
    help: "Time in which everything in it waited for the resource (PSI full; cgroup v2 only)",
    labels: ["resource"],
    read: ({ stats }) => pressureOf(stats, "full"),
  }),
]

function pressureOf(stats: ContainerStats | undefined, kind: "some" | "full"): Series[] {
  return (["cpu", "memory", "io"] as const).map((resource) => {
    const micros = stats?.pressure?.[resource]?.[kind]?.totalMicros
    return { labels: { resource }, value: micros === undefined ? null : micros / MICROS }
  })
}

export const containerGroup: MetricGroup<MeasuredContainer> = {
  title: "Containers",
  labels: ["host", "tenant", "container", "name"],
  families: [...states, ...cpu, ...memory, ...traffic, ...processesAndPressure],
}
