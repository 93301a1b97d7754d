"use client"
import type { BulkAction, ContainerRow } from "@plimsoll/server/contract"
import { useVirtualizer } from "@tanstack/react-virtual"
import { useRouter } from "next/navigation"
import { type KeyboardEvent, useRef, useState } from "react"
import { useTranslations } from "use-intl"
import { Checkbox } from "@/components/controls/checkbox"
import { Th } from "@/components/controls/table"
import { containerHref } from "@/lib/container-href"
import type { CpuHistory } from "@/lib/cpu-history"
import { useHosts } from "@/lib/live"
import { useIsTenant } from "@/lib/session"
import { ContainerTableRow } from "./container-table-row"
import type { SortKey } from "./filter-containers"

const ROW_HEIGHT = 38
const allColumns: { key: SortKey; numeric?: boolean; className?: string }[] = [
  { key: "name", className: "max-sm:px-1" },
  { key: "state", className: "max-sm:px-1" },
  { key: "host", className: "max-md:hidden" },
  { key: "tenant", className: "max-lg:hidden" },
  { key: "image", className: "max-lg:hidden" },
  { key: "cpu", numeric: true, className: "max-sm:px-1" },
  { key: "memory", numeric: true, className: "max-sm:px-1" },
  { key: "network", numeric: true, className: "max-2xl:hidden" },
  { key: "pids", numeric: true, className: "max-2xl:hidden" },
]

interface ContainersTableProps {
  rows: ContainerRow[]
  history: CpuHistory
  /** Rows can be chosen, to do something with many. */
  selectable: boolean
  selected: ReadonlySet<string>
  pending: ReadonlyMap<string, BulkAction>
  sort: { key: SortKey; descending: boolean }
  onSort: (key: SortKey) => void
  onToggle: (id: string, range: boolean) => void
  onToggleAll: () => void
  onAction: (action: BulkAction, row: ContainerRow) => void
}

/** The table. Only the rows in view exist, so that 5,000 live ones scroll smoothly. j and k move, x chooses, Enter opens. */
export function ContainersTable({
  rows,
  history,
  selectable,
  selected,
  pending,
  sort,
  onSort,
  onToggle,
  onToggleAll,
  onAction,
}: ContainersTableProps) {
  const t = useTranslations("containers")
  const router = useRouter()
  const hosts = useHosts()
  const several = hosts.list.length > 1
  const ofTenant = useIsTenant()
  const columns = allColumns.filter(({ key }) => !(key === "host" && !several) && !(key === "tenant" && ofTenant))
  const scroller = useRef<HTMLElement>(null)
  const [focused, setFocused] = useState<string>()
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  })
  const items = virtual.getVirtualItems()
  const above = items[0]?.start ?? 0
  const below = virtual.getTotalSize() - (items.at(-1)?.end ?? 0)
  const chosen = rows.filter((row) => selected.has(row.id)).length

  function onKeyDown(event: KeyboardEvent) {
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      (event.target instanceof HTMLElement && event.target.closest("input,textarea,[role=menu]"))
    )
      return
    const index = rows.findIndex((row) => row.id === focused)
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key]
    const row = rows[index]
    if (step !== undefined) {
      const next = Math.min(rows.length - 1, Math.max(0, index + step))
      setFocused(rows[next]?.id)
      virtual.scrollToIndex(next)
    } else if (event.key === "x" && row && selectable) onToggle(row.id, false)
    else if (event.key === "Enter" && row && event.target === scroller.current) router.push(containerHref(row))
    else return
    event.preventDefault()
  }

  return (
    <section
      ref={scroller}
      aria-label={t("title")}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      onKeyDown={onKeyDown}
      className="min-h-48 flex-1 overflow-auto rounded-panel border border-line bg-panel"
    >
      <table aria-rowcount={rows.length + 1} className="w-full border-collapse text-left">
        <thead className="sticky top-0 z-10 bg-panel">
          <tr aria-rowindex={1}>
            {selectable ? (
              <Th className="w-9 max-sm:w-7 max-sm:px-2">
                <Checkbox
                  checked={chosen > 0 && chosen === rows.length}
                  indeterminate={chosen > 0 && chosen < rows.length}
                  label={t("selectAll")}
                  onCheckedChange={onToggleAll}
                />
              </Th>
            ) : null}
            {columns.map(({ key, numeric, className }) => (
              <Th
                key={key}
                numeric={numeric === true}
                {...(className && { className })}
                sorted={sort.key === key ? (sort.descending ? "descending" : "ascending") : "none"}
                onSort={() => onSort(key)}
              >
                {t(`columns.${key}`)}
              </Th>
            ))}
            <Th className="max-lg:hidden">{t("columns.ports")}</Th>
            <Th className="w-10 max-sm:w-7 max-sm:px-0">
              <span className="sr-only">{t("columns.actions")}</span>
            </Th>
          </tr>
        </thead>
        <tbody>
          {above > 0 ? <Spacer height={above} columns={columns.length + 3} /> : null}
          {items.map((item) => {
            const row = rows[item.index]
            if (!row) return null
            return (
              <ContainerTableRow
                key={row.id}
                row={row}
                host={hosts.byId.get(row.host)}
                showHost={several}
                showTenant={!ofTenant}
                selectable={selectable}
                index={item.index + 2}
                height={ROW_HEIGHT}
                history={history.byId.get(row.id)}
                selected={selected.has(row.id)}
                focused={row.id === focused}
                pending={pending.get(row.id)}
                onToggle={onToggle}
                onAction={onAction}
              />
            )
          })}
          {below > 0 ? <Spacer height={below} columns={columns.length + 3} /> : null}
        </tbody>
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
