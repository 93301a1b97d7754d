import type { Transfer, TransfersMessage } from "@plimsoll/server/contract"

export interface LiveTransfers {
  byId: ReadonlyMap<string, Transfer>
  /** In the order in which they began. */
  list: readonly Transfer[]
}

/** The transfers after a message. Those that did not change keep their identity. */
export function applyTransfersMessage(known: LiveTransfers | undefined, message: TransfersMessage): LiveTransfers {
  const byId = new Map(message.type === "snapshot" ? [] : known?.byId)
  if (message.type === "delta") for (const id of message.removed) byId.delete(id)
  for (const transfer of message.type === "snapshot" ? message.transfers : message.upserted) byId.set(transfer.id, transfer)
  return { byId, list: [...byId.values()].sort((a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1)) }
}
