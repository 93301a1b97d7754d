import type { ContainerRow, ContainersLiveMessage } from "@plimsoll/server/contract"
import { type CpuHistory, extendHistory, noHistory } from "./cpu-history"

export interface LiveContainers {
  /** When the last message was made, epoch milliseconds of the server. */
  at: number
  byId: ReadonlyMap<string, ContainerRow>
  /** Newest first; the order never depends on what moves. */
  rows: readonly ContainerRow[]
  /** Kept here, not on a page, so that going to another page and back does not lose it. */
  cpuHistory: CpuHistory
}

/** The list after a message. Rows that did not change keep their identity. */
export function applyContainersMessage(known: LiveContainers | undefined, message: ContainersLiveMessage): LiveContainers {
  const history = known?.cpuHistory ?? noHistory
  if (message.type === "snapshot") return arranged(message.at, new Map(message.containers.map((row) => [row.id, row])), history)
  const byId = new Map(known?.byId)
  for (const id of message.removed) byId.delete(id)
  for (const row of message.upserted) byId.set(row.id, row)
  for (const { id, ...stats } of message.stats) {
    const row = byId.get(id)
    if (row) byId.set(id, { ...row, stats })
  }
  const sameOrder =
    known !== undefined &&
    message.removed.length === 0 &&
    message.upserted.every((row) => known.byId.get(row.id)?.createdAt === row.createdAt)
  if (!sameOrder) return arranged(message.at, byId, history)
  const rows = known.rows.map((row) => byId.get(row.id) ?? row)
  return { at: message.at, byId, rows, cpuHistory: extendHistory(history, message.at, rows) }
}

function arranged(at: number, byId: ReadonlyMap<string, ContainerRow>, history: CpuHistory): LiveContainers {
  const rows = [...byId.values()].sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1))
  return { at, byId, rows, cpuHistory: extendHistory(history, at, rows) }
}
