"use client"
import { useVirtualizer } from "@tanstack/react-virtual"
import { type KeyboardEvent, type ReactNode, useRef, useState } from "react"

export interface VirtualRowPlace {
  /** `aria-rowindex`. */
  index: number
  height: number
  /** The row that the keys stand on. */
  focused: boolean
}

interface VirtualTableProps<Row> {
  label: string
  rows: readonly Row[]
  keyOf: (row: Row) => string
  rowHeight: number
  /** The headings, `Th` each. */
  head: ReactNode
  columns: number
  /** A `tr` with its key. */
  renderRow: (row: Row, place: VirtualRowPlace) => ReactNode
  /** Enter on the row. */
  onOpen: (row: Row) => void
  /** A `tr` that stays in sight below the others: sums. */
  foot?: ReactNode
}

/**
 * A table that fills what its page leaves and scrolls inside of itself. Only the rows in view exist, so that thousands scroll smoothly.
 * `j` and `k` or the arrow keys move, Enter opens.
 */
export function VirtualTable<Row>({ label, rows, keyOf, rowHeight, head, columns, renderRow, onOpen, foot }: VirtualTableProps<Row>) {
  const scroller = useRef<HTMLElement>(null)
  const [focused, setFocused] = useState<string>()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const above = items[0]?.start ?? 0
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)

  function onKeyDown(event: KeyboardEvent) {
    // Keys of a button, a menu or a field inside of it are theirs.
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== scroller.current) return
    const index = rows.findIndex((row) => keyOf(row) === focused)
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key]
    const row = rows[index]
    if (step !== undefined) {
      const next = Math.min(rows.length - 1, Math.max(0, index + step))
      const to = rows[next]
      setFocused(to === undefined ? undefined : keyOf(to))
      virtual.scrollToIndex(next)
    } else if (event.key === "Enter" && row !== undefined) onOpen(row)
    else return
    event.preventDefault()
  }

  return (
    <section
      ref={scroller}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="min-h-48 flex-1 overflow-auto rounded-panel border border-line bg-panel"
    >
      <table aria-rowcount={rows.length + (foot ? 2 : 1)} className="w-full border-collapse text-left">
        <thead className="sticky top-0 z-10 bg-panel">
          <tr aria-rowindex={1}>{head}</tr>
        </thead>
        <tbody>
          {above > 0 ? <Spacer height={above} columns={columns} /> : null}
          {items.map((item) => {
            const row = rows[item.index]
            if (row === undefined) return null
            return renderRow(row, { index: item.index + 2, height: rowHeight, focused: keyOf(row) === focused })
          })}
          {below > 0 ? <Spacer height={below} columns={columns} /> : null}
        </tbody>
        {foot ? <tfoot className="sticky bottom-0 z-10 bg-panel">{foot}</tfoot> : null}
      </table>
    </section>
  )
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={columns} style={{ height }} />
    </tr>
  )
}
