"use client"
import { useCallback, useRef, useState } from "react"

/** Chosen rows by id. `toggle` with `range` chooses everything between the last toggled row and this one. */
export function useSelection() {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const anchor = useRef<string | undefined>(undefined)
  const toggle = useCallback((id: string, options: { range?: boolean; order: readonly string[] }) => {
    const from = anchor.current === undefined ? -1 : options.order.indexOf(anchor.current)
    const to = options.order.indexOf(id)
    anchor.current = id
    setSelected((before) => {
      const next = new Set(before)
      const on = !before.has(id)
      const span = options.range && from >= 0 && to >= 0 ? options.order.slice(Math.min(from, to), Math.max(from, to) + 1) : [id]
      for (const each of span) {
        if (on) next.add(each)
        else next.delete(each)
      }
      return next
    })
  }, [])
  const replace = useCallback((ids: Iterable<string>) => setSelected(new Set(ids)), [])
  return { selected, toggle, replace }
}
