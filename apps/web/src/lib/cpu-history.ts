import type { ContainerRow } from "@plimsoll/server/contract"

/** One a second, for a minute. */
export const HISTORY_POINTS = 60

/** Messages within the same second are one point; a pause longer than this is a hole, not a shorter time. */
const SAME_SECOND_MS = 500
const HOLE_FROM_MS = 3000

export interface CpuHistory {
  /** Of the last message that counted, epoch milliseconds. */
  at: number
  /** CPU in cores of the last minute by container id, oldest first. `null`: a gap. */
  byId: ReadonlyMap<string, readonly (number | null)[]>
}

export const noHistory: CpuHistory = { at: 0, byId: new Map() }

/** The history with what these rows say at `at`. A row that is gone takes its history with it. */
export function extendHistory(previous: CpuHistory, at: number, rows: Iterable<ContainerRow>): CpuHistory {
  const passed = at - previous.at
  if (passed < SAME_SECOND_MS && passed >= 0) return previous
  const hole = previous.at > 0 && passed > HOLE_FROM_MS ? Math.min(HISTORY_POINTS, Math.round(passed / 1000) - 1) : 0
  const nothing = Array.from({ length: hole }, () => null)
  const byId = new Map<string, readonly (number | null)[]>()
  for (const row of rows) {
    const before = previous.byId.get(row.id)
    if (before === undefined && row.stats === null) continue
    byId.set(row.id, [...(before ?? []), ...nothing, row.stats?.cpuCores ?? null].slice(-HISTORY_POINTS))
  }
  return { at, byId }
}
