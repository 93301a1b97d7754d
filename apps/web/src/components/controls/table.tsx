"use client"
import { ArrowDown, ArrowUp } from "lucide-react"
import type { ComponentProps, ReactNode } from "react"
import { cn } from "@/lib/cn"

/** A table that scrolls sideways inside of itself on small screens. `flat`: it stands in a panel, which frames it already. */
export function Table({ className, label, flat = false, children, ...rest }: ComponentProps<"table"> & { label: string; flat?: boolean }) {
  return (
    <section
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      className={cn("relative overflow-x-auto", !flat && "rounded-panel border border-line bg-panel")}
    >
      <table {...rest} className={cn("w-full border-collapse text-left", className)}>
        {children}
      </table>
    </section>
  )
}

interface ThProps extends ComponentProps<"th"> {
  /** Numbers stand right. */
  numeric?: boolean
  /** Present when the column can be sorted by: how it is sorted now. */
  sorted?: "ascending" | "descending" | "none"
  onSort?: () => void
}

/** A column's heading; with `onSort` it is a button. */
export function Th({ numeric = false, sorted, onSort, className, children, ...rest }: ThProps) {
  return (
    <th
      scope="col"
      {...rest}
      {...(onSort ? { "aria-sort": sorted ?? "none" } : {})}
      className={cn("h-8 whitespace-nowrap border-line border-b px-3 font-medium text-mute text-sm", numeric && "text-right", className)}
    >
      {onSort ? (
        <button
          type="button"
          onClick={onSort}
          className={cn("inline-flex items-center gap-1 rounded hover:text-ink", sorted && sorted !== "none" && "text-ink")}
        >
          {children}
          {sorted === "ascending" ? (
            <ArrowUp aria-hidden className="size-3" />
          ) : sorted === "descending" ? (
            <ArrowDown aria-hidden className="size-3" />
          ) : null}
        </button>
      ) : (
        children
      )}
    </th>
  )
}

/** A row, marked while it is selected. */
export function Tr({ selected = false, className, ...rest }: ComponentProps<"tr"> & { selected?: boolean }) {
  return (
    <tr
      {...rest}
      data-selected={selected || undefined}
      className={cn("border-line not-last:border-b hover:bg-hover/60 data-selected:bg-selected", className)}
    />
  )
}

/** A cell. */
export function Td({ numeric = false, className, ...rest }: ComponentProps<"td"> & { numeric?: boolean }) {
  return <td {...rest} className={cn("h-9 px-3 py-1.5", numeric && "whitespace-nowrap text-right", className)} />
}

/** Names and values of one thing. */
export function Facts({ rows, className }: { rows: readonly { name: ReactNode; value: ReactNode }[]; className?: string | undefined }) {
  return (
    <dl className={cn("grid grid-cols-[minmax(7rem,auto)_1fr] gap-x-6 gap-y-1.5", className)}>
      {rows.map((row, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: facts of one thing keep their order.
        <div key={index} className="contents">
          <dt className="text-mute">{row.name}</dt>
          <dd className="min-w-0 break-words">{row.value}</dd>
        </div>
      ))}
    </dl>
  )
}
