"use client"
import { useState } from "react"
import { useHotkeys } from "react-hotkeys-hook"

interface RowKeysOptions<Key> {
  /** What the rows are known by, in their order. The mark stays on its row when others come in above it. */
  keys: readonly Key[]
  /** Enter on the row. */
  onOpen: (key: Key) => void
  /** Brings the row into view. */
  onMove?: (index: number) => void
}

/** `j` and `k` walk through the rows of a list, Enter opens the one they stand on. Returns that one's key, or `null`. */
export function useRowKeys<Key>({ keys, onOpen, onMove }: RowKeysOptions<Key>): Key | null {
  const [marked, setMarked] = useState<Key | null>(null)
  const index = marked === null ? -1 : keys.indexOf(marked)
  function move(by: number) {
    const next = Math.max(0, Math.min(keys.length - 1, index + by))
    const key = keys[next]
    if (key === undefined) return
    setMarked(key)
    onMove?.(next)
  }
  useHotkeys("j", () => move(1))
  useHotkeys("k", () => move(-1))
  useHotkeys("enter", (event) => {
    const key = keys[index]
    // A button or a link that has the focus is what Enter means.
    const own = event.target instanceof Element && event.target.closest("a, button, [role=button], [role=menuitem]") !== null
    if (key !== undefined && !own) onOpen(key)
  })
  return index === -1 ? null : marked
}
