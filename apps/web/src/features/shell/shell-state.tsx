"use client"
import { createContext, type ReactNode, useContext, useMemo, useState } from "react"

type Overlay = "palette" | "help" | "nav"

interface ShellState {
  /** What lies over the page now: one thing at a time. */
  overlay: Overlay | null
  show: (overlay: Overlay | null) => void
}

const ShellContext = createContext<ShellState | null>(null)

/** Holds which of the shell's overlays is open, so that a shortcut, a button and a menu can open the same one. */
export function ShellStateProvider({ children }: { children: ReactNode }) {
  const [overlay, show] = useState<Overlay | null>(null)
  const state = useMemo(() => ({ overlay, show }), [overlay])
  return <ShellContext value={state}>{children}</ShellContext>
}

export function useShell(): ShellState {
  const state = useContext(ShellContext)
  if (state === null) throw new Error("useShell outside of ShellStateProvider")
  return state
}
