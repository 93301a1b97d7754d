"use client"
import { useSyncExternalStore } from "react"

export interface Connection {
  /** `connecting`: for the first time. `offline`: it was lost or never came; it is tried again by itself. */
  phase: "connecting" | "live" | "offline"
  /** When the last live message came, epoch milliseconds. */
  lastDataAt: number | null
  /** Since when it has been in this phase. */
  since: number
}

let connection: Connection = { phase: "connecting", lastDataAt: null, since: Date.now() }
const atFirst = connection
const listeners = new Set<() => void>()

function set(next: Connection): void {
  connection = next
  for (const listener of listeners) listener()
}

/** Notes what the live connection is doing. Only the tRPC client calls this. */
export function setPhase(phase: Connection["phase"]): void {
  if (phase !== connection.phase) set({ ...connection, phase, since: Date.now() })
}

/** Notes that data came. Readers are told once a second at most. */
export function noteData(): void {
  const at = Date.now()
  if (connection.lastDataAt === null || at - connection.lastDataAt >= 900 || connection.phase !== "live") {
    set({ phase: "live", lastDataAt: at, since: connection.phase === "live" ? connection.since : at })
  }
}

/** Calls `listener` at each change of phase or data; returns what ends it. */
export function onConnection(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const currentConnection = (): Connection => connection

/** The state of the live connection. */
export function useConnection(): Connection {
  return useSyncExternalStore(onConnection, currentConnection, () => atFirst)
}
