import type { ContainerStatus, ContainerSummary } from "@plimsoll/runtime"

export function countByStatus(rows: Iterable<Pick<ContainerSummary, "state">>): Record<ContainerStatus, number> {
  const counts = { created: 0, running: 0, paused: 0, hibernated: 0, restarting: 0, exited: 0, removing: 0, dead: 0 }
  for (const row of rows) counts[row.state.status]++
  return counts
}
