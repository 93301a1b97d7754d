"use client"
import { useSyncExternalStore } from "react"

/** Something that takes a while and goes on while one looks at other pages. */
export interface Operation {
  id: number
  /** What is being done: `shop.tar`. */
  title: string
  state: "running" | "done" | "failed" | "cancelled"
  /** 0–1; `null`: it cannot be told. */
  progress: number | null
  /** How it went, when it is done. */
  result?: string
  /** Where its result can be seen. */
  href?: string
  error?: unknown
  cancel: () => void
}

let operations: readonly Operation[] = []
let lastId = 0
const none: readonly Operation[] = []
const listeners = new Set<() => void>()

function set(next: readonly Operation[]): void {
  operations = next
  for (const listener of listeners) listener()
}

function change(id: number, part: Partial<Operation>): void {
  set(operations.map((operation) => (operation.id === id ? { ...operation, ...part } : operation)))
}

interface Run {
  signal: AbortSignal
  onProgress: (progress: number | null) => void
}

/** Does something, shown in the tray until it is dismissed. Resolves when it is over, however it went. */
export async function runOperation(title: string, work: (run: Run) => Promise<{ result: string; href?: string }>): Promise<void> {
  const id = ++lastId
  const abort = new AbortController()
  set([...operations, { id, title, state: "running", progress: 0, cancel: () => abort.abort() }])
  try {
    const outcome = await work({ signal: abort.signal, onProgress: (progress) => change(id, { progress }) })
    change(id, { state: "done", progress: 1, ...outcome })
  } catch (error) {
    change(id, abort.signal.aborted ? { state: "cancelled" } : { state: "failed", error })
  }
}

/** Takes it out of the tray. A running one is cancelled first. */
export function dismissOperation(id: number): void {
  operations.find((operation) => operation.id === id && operation.state === "running")?.cancel()
  set(operations.filter((operation) => operation.id !== id))
}

/** What is under way, and what ended and was not dismissed yet. */
export const currentOperations = (): readonly Operation[] => operations

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** `currentOperations`, kept up to date. */
export function useOperations(): readonly Operation[] {
  return useSyncExternalStore(subscribe, currentOperations, () => none)
}
