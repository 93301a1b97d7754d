import type { ContainerRow } from "@plimsoll/server/contract"

export type CargoState = "running" | "paused" | "stopped"

/** What one container was promised of the host's memory, and what it takes of it. */
export interface Cargo {
  id: string
  name: string
  tenant: string
  state: CargoState
  limitBytes: number
  usedBytes: number
}

export interface Sold {
  /** Containers with a memory limit: running first, then paused, then stopped; the largest first among these. */
  cargo: Cargo[]
  memoryBytes: number
  cpuCores: number
  /** Containers that may take all there is. */
  withoutMemoryLimit: number
  withoutCpuLimit: number
  containers: number
  running: number
  /** Used by containers now. */
  usedBytes: number
}

const order: Record<CargoState, number> = { running: 0, paused: 1, stopped: 2 }

function cargoState(row: ContainerRow): CargoState {
  switch (row.state.status) {
    case "running":
    case "restarting":
      return "running"
    case "paused":
    case "hibernated":
      return "paused"
    default:
      return "stopped"
  }
}

/** What was sold: the sum of the limits of all containers that exist, whether they run or not. A stopped one may start at any time. */
export function sumSold(rows: readonly ContainerRow[]): Sold {
  const sold: Sold = {
    cargo: [],
    memoryBytes: 0,
    cpuCores: 0,
    withoutMemoryLimit: 0,
    withoutCpuLimit: 0,
    containers: 0,
    running: 0,
    usedBytes: 0,
  }
  for (const row of rows) {
    if (row.state.status === "removing") continue
    const usedBytes = row.stats?.memoryUsedBytes ?? 0
    const limitBytes = row.limits.memoryMaxBytes
    sold.containers++
    if (row.state.status === "running") sold.running++
    sold.usedBytes += usedBytes
    if (row.limits.cpuMaxCores === undefined) sold.withoutCpuLimit++
    else sold.cpuCores += row.limits.cpuMaxCores
    if (limitBytes === undefined) {
      sold.withoutMemoryLimit++
      continue
    }
    sold.memoryBytes += limitBytes
    sold.cargo.push({ id: row.id, name: row.name, tenant: row.tenant, state: cargoState(row), limitBytes, usedBytes })
  }
  sold.cargo.sort((a, b) => order[a.state] - order[b.state] || b.limitBytes - a.limitBytes || (a.name < b.name ? -1 : 1))
  return sold
}
