"use client"
import { useSyncExternalStore } from "react"

const KEY = "plimsoll_dismissed_transfers"
/** More than the server remembers. */
const MOST = 200
const none: readonly string[] = []
const listeners = new Set<() => void>()
let known: { text: string; ids: readonly string[] } = { text: "", ids: none }

/** Ids of transfers that one has seen enough of, in this browser; the newest last. */
function dismissed(): readonly string[] {
  const text = window.localStorage.getItem(KEY) ?? ""
  if (text !== known.text) known = { text, ids: text.split(",").filter((id) => id !== "") }
  return known.ids
}

/** Takes a transfer out of the tray, in all tabs and after a reload too. */
export function dismissTransfer(id: string): void {
  if (dismissed().includes(id)) return
  window.localStorage.setItem(KEY, [...dismissed(), id].slice(-MOST).join(","))
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  // Other tabs.
  window.addEventListener("storage", listener)
  return () => {
    listeners.delete(listener)
    window.removeEventListener("storage", listener)
  }
}

/** What was dismissed, kept up to date. */
export function useDismissedTransfers(): readonly string[] {
  return useSyncExternalStore(subscribe, dismissed, () => none)
}
