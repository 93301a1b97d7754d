import type { ContainerRow, ContainerStatus, TopConsumer } from "@plimsoll/server/contract"

/** As many as the machine's own overview shows. */
const SHOWN = 5

/** What all containers of a list come to: how many are in which state, and who takes the most now. */
export function sumRows(rows: readonly ContainerRow[]): {
  counts: Record<ContainerStatus, number>
  topCpu: TopConsumer[]
  topMemory: TopConsumer[]
} {
  const counts = { created: 0, running: 0, paused: 0, hibernated: 0, restarting: 0, exited: 0, dead: 0, removing: 0 }
  for (const row of rows) counts[row.state.status] += 1
  return {
    counts,
    topCpu: topBy(rows, (row) => ({ value: row.stats?.cpuCores ?? null, limit: row.limits.cpuMaxCores ?? null })),
    topMemory: topBy(rows, (row) => ({ value: row.stats?.memoryUsedBytes ?? null, limit: row.stats?.memoryLimitBytes ?? null })),
  }
}

function topBy(rows: readonly ContainerRow[], read: (row: ContainerRow) => { value: number | null; limit: number | null }): TopConsumer[] {
  return rows
    .flatMap((row) => {
      const { value, limit } = read(row)
      return value === null ? [] : [{ id: row.id, name: row.name, tenant: row.tenant, value, limit }]
    })
    .sort((a, b) => b.value - a.value)
    .slice(0, SHOWN)
}
