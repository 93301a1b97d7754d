import type { ContainerStatus } from "../../contract/engine-types.js"
import type { HostSummary } from "../../contract/hosts.js"
import type { HostCounters } from "../host/host-counters.js"
import { counter, gauge, type MetricGroup, type Series } from "./metric-family.js"

type PressureOf = NonNullable<HostCounters["pressure"][keyof HostCounters["pressure"]]>

/** One figure of the kernel's pressure, of each resource that it tells of. */
function pressure(figure: (of: PressureOf) => number | undefined): (counters: HostCounters) => Series[] {
  return ({ pressure: all }) =>
    Object.entries(all).map(([resource, of]) => {
      const value = of === undefined ? undefined : figure(of)
      return { labels: { resource }, value }
    })
}

/** The machine that the console runs on, as its kernel counts. */
export const machineGroup: MetricGroup<HostCounters> = {
  title: "This machine",
  labels: ["host"],
  families: [
    gauge({ name: "plimsoll_host_cpu_cores", unit: "cores", help: "Cores of the machine", read: ({ cores }) => cores }),
    counter({
      name: "plimsoll_host_cpu_seconds_total",
      unit: "seconds",
      help: "CPU time that was not idle",
      read: ({ cpuBusySeconds }) => cpuBusySeconds,
    }),
    gauge({ name: "plimsoll_host_load1", unit: "", help: "Load average of one minute", read: ({ loadAverage }) => loadAverage[0] }),
    gauge({
      name: "plimsoll_host_memory_total_bytes",
      unit: "bytes",
      help: "Memory of the machine",
      read: ({ memory }) => memory.totalBytes,
    }),
    gauge({
      name: "plimsoll_host_memory_available_bytes",
      unit: "bytes",
      help: "Memory that could be had without swapping",
      read: ({ memory }) => memory.availableBytes,
    }),
    gauge({ name: "plimsoll_host_swap_total_bytes", unit: "bytes", help: "Swap of the machine", read: ({ swap }) => swap.totalBytes }),
    gauge({ name: "plimsoll_host_swap_free_bytes", unit: "bytes", help: "Swap that is free", read: ({ swap }) => swap.freeBytes }),
    gauge({
      name: "plimsoll_host_disk_total_bytes",
      unit: "bytes",
      help: "File system that holds the console's data",
      read: ({ space }) => space.totalBytes,
    }),
    gauge({
      name: "plimsoll_host_disk_used_bytes",
      unit: "bytes",
      help: "What of it is used",
      read: ({ space }) => space.usedBytes,
    }),
    counter({
      name: "plimsoll_host_disk_read_bytes_total",
      unit: "bytes",
      help: "Read from physical disks",
      read: ({ disk }) => disk.readBytes,
    }),
    counter({
      name: "plimsoll_host_disk_written_bytes_total",
      unit: "bytes",
      help: "Written to physical disks",
      read: ({ disk }) => disk.writtenBytes,
    }),
    counter({
      name: "plimsoll_host_network_received_bytes_total",
      unit: "bytes",
      help: "Received on physical links",
      read: ({ network }) => network.receivedBytes,
    }),
    counter({
      name: "plimsoll_host_network_transmitted_bytes_total",
      unit: "bytes",
      help: "Sent on physical links",
      read: ({ network }) => network.transmittedBytes,
    }),
    counter({
      name: "plimsoll_host_pressure_waiting_seconds_total",
      unit: "seconds",
      help: "Time in which something waited for the resource (PSI some)",
      labels: ["resource"],
      read: pressure(({ some }) => some.totalMicros / 1e6),
    }),
    counter({
      name: "plimsoll_host_pressure_stalled_seconds_total",
      unit: "seconds",
      help: "Time in which everything waited for the resource (PSI full)",
      labels: ["resource"],
      read: pressure(({ full }) => full && full.totalMicros / 1e6),
    }),
    gauge({
      name: "plimsoll_host_pressure_waiting_60s_ratio",
      unit: "ratio",
      help: "Share of the last minute in which something waited (PSI some avg60): what the ladder looks at",
      labels: ["resource"],
      read: pressure(({ some }) => some.avg60 / 100),
    }),
    gauge({
      name: "plimsoll_host_pressure_stalled_10s_ratio",
      unit: "ratio",
      help: "Share of the last ten seconds in which everything waited (PSI full avg10): what the ladder looks at",
      labels: ["resource"],
      read: pressure(({ full }) => full && full.avg10 / 100),
    }),
  ],
}

/** All machines that the console knows. */
export const hostGroup: MetricGroup<HostSummary> = {
  title: "Hosts",
  labels: ["host"],
  families: [
    gauge({
      name: "plimsoll_host_info",
      unit: "",
      help: "Always 1; its labels tell the host's name and engine",
      labels: ["name", "engine"],
      read: ({ name, kind }) => [{ labels: { name, engine: kind }, value: 1 }],
    }),
    gauge({ name: "plimsoll_host_up", unit: "", help: "1: its engine answers", read: ({ status }) => (status === "connected" ? 1 : 0) }),
    gauge({
      name: "plimsoll_host_containers",
      unit: "",
      help: "Containers by state, as last known while it is away",
      labels: ["state"],
      read: ({ counts }) => (Object.entries(counts) as [ContainerStatus, number][]).map(([state, value]) => ({ labels: { state }, value })),
    }),
  ],
}
