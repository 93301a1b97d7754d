import type { ContainersLiveMessage } from "../../contract/containers.js"

export type Delta = Extract<ContainersLiveMessage, { type: "delta" }>

/** One delta that has the effect of both, applied in order: removals first, then rows, then figures. */
export function mergeDeltas(earlier: Delta, later: Delta): Delta {
  const gone = new Set(later.removed)
  const rows = new Map(earlier.upserted.filter((row) => !gone.has(row.id)).map((row) => [row.id, row]))
  for (const row of later.upserted) rows.set(row.id, row)
  const stats = new Map(earlier.stats.filter((entry) => !gone.has(entry.id)).map((entry) => [entry.id, entry]))
  // A row of the later delta already carries figures that are at least as new.
  for (const row of later.upserted) stats.delete(row.id)
  for (const entry of later.stats) stats.set(entry.id, entry)
  const removed = new Set([...earlier.removed, ...later.removed])
  for (const id of rows.keys()) removed.delete(id)
  return { type: "delta", at: later.at, upserted: [...rows.values()], removed: [...removed], stats: [...stats.values()] }
}
