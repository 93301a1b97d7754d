import type { Tenant, TenantStatus } from "../../contract/tenants.js"
import { gauge, type MetricGroup, oneOf } from "./metric-family.js"

const STATES: readonly TenantStatus[] = ["active", "suspended", "leaving"]

export const tenantGroup: MetricGroup<Tenant> = {
  title: "Tenants",
  labels: ["tenant", "plan"],
  families: [
    gauge({
      name: "plimsoll_tenant_state",
      unit: "",
      help: "1 for the state that it is in",
      labels: ["state"],
      read: ({ status }) => oneOf("state", STATES, status),
    }),
    gauge({
      name: "plimsoll_tenant_memory_sold_bytes",
      unit: "bytes",
      help: "Memory that its plan promises at most",
      read: ({ sold }) => sold?.memoryBytes,
    }),
    gauge({
      name: "plimsoll_tenant_memory_guaranteed_bytes",
      unit: "bytes",
      help: "Memory that its plan promises even under pressure",
      read: ({ guaranteed }) => guaranteed?.memoryBytes,
    }),
    gauge({
      name: "plimsoll_tenant_memory_used_bytes",
      unit: "bytes",
      help: "Memory that its containers use, without what could be dropped at once",
      read: ({ used }) => used.memoryBytes,
    }),
    gauge({
      name: "plimsoll_tenant_cpu_sold_cores",
      unit: "cores",
      help: "CPU that its plan promises at most",
      read: ({ sold }) => sold?.cpuCores,
    }),
    gauge({
      name: "plimsoll_tenant_cpu_guaranteed_cores",
      unit: "cores",
      help: "CPU that its plan promises even under pressure",
      read: ({ guaranteed }) => guaranteed?.cpuCores,
    }),
    gauge({
      name: "plimsoll_tenant_cpu_used_cores",
      unit: "cores",
      help: "CPU that its containers used in the last second",
      read: ({ used }) => used.cpuCores,
    }),
    gauge({
      name: "plimsoll_tenant_disk_sold_bytes",
      unit: "bytes",
      help: "Disk that its plan promises; 0: disks are not bounded",
      read: ({ sold }) => sold?.diskBytes,
    }),
    gauge({
      name: "plimsoll_tenant_disk_promised_bytes",
      unit: "bytes",
      help: "Sizes of its disks and volumes that have one",
      read: ({ promisedDiskBytes }) => promisedDiskBytes,
    }),
    gauge({
      name: "plimsoll_tenant_disk_used_bytes",
      unit: "bytes",
      help: "What its disks and volumes take of the machine's",
      read: ({ used }) => used.diskBytes,
    }),
    gauge({
      name: "plimsoll_tenant_pids_sold_processes",
      unit: "processes",
      help: "Processes that its plan promises at most",
      read: ({ sold }) => sold?.pids,
    }),
    gauge({ name: "plimsoll_tenant_pids_used_processes", unit: "processes", help: "Processes that it has", read: ({ used }) => used.pids }),
    gauge({
      name: "plimsoll_tenant_objects",
      unit: "",
      help: "What it has, by kind",
      labels: ["kind"],
      read: ({ counts }) =>
        Object.entries({
          containers: counts.containers,
          running_containers: counts.runningContainers,
          volumes: counts.volumes,
          networks: counts.networks,
          public_ports: counts.publicPorts,
          tokens: counts.tokens,
          members: counts.members,
        }).map(([kind, value]) => ({ labels: { kind }, value })),
    }),
  ],
}
