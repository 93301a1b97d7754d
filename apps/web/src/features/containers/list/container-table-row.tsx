"use client"
import type { BulkAction, ContainerRow, HostSummary } from "@plimsoll/server/contract"
import Link from "next/link"
import { memo } from "react"
import { useTranslations } from "use-intl"
import { Sparkline } from "@/components/charts/sparkline"
import { Checkbox } from "@/components/controls/checkbox"
import { Meter } from "@/components/controls/meter"
import { cn } from "@/lib/cn"
import { containerHref } from "@/lib/container-href"
import { HISTORY_POINTS } from "@/lib/cpu-history"
import { isAway } from "@/lib/hosts"
import { useFormat } from "@/lib/use-format"
import { ContainerMenu } from "../actions/container-menu"
import { shortReference } from "../short-reference"
import { StateLabel } from "../state-label"
import { networkRate } from "./filter-containers"

interface ContainerTableRowProps {
  row: ContainerRow
  host: HostSummary | undefined
  /** There is more than one: say which. */
  showHost: boolean
  /** There may be several: say whose it is. */
  showTenant: boolean
  selectable: boolean
  index: number
  height: number
  history: readonly (number | null)[] | undefined
  selected: boolean
  focused: boolean
  pending: BulkAction | undefined
  onToggle: (id: string, range: boolean) => void
  onAction: (action: BulkAction, row: ContainerRow) => void
}

/** One container. Drawn again only when its own figures moved. */
export const ContainerTableRow = memo(function ContainerTableRow({
  row,
  host,
  showHost,
  showTenant,
  selectable,
  index,
  height,
  history,
  selected,
  focused,
  pending,
  onToggle,
  onAction,
}: ContainerTableRowProps) {
  const t = useTranslations("containers")
  const format = useFormat()
  const stats = row.stats
  const away = isAway(host)
  const limit = stats?.memoryLimitBytes ?? null
  return (
    <tr
      aria-rowindex={index}
      aria-selected={selected}
      style={{ height }}
      className={cn(
        "border-line border-b hover:bg-hover/60",
        selected && "bg-selected",
        away && "text-mute",
        focused && "outline-1 outline-focus -outline-offset-1",
      )}
    >
      {selectable ? (
        <td className="pl-3 max-sm:pl-2">
          <Checkbox
            checked={selected}
            label={t("select", { name: row.name })}
            onCheckedChange={(_checked, event) => onToggle(row.id, "shiftKey" in event && event.shiftKey === true)}
          />
        </td>
      ) : null}
      <td className="max-w-64 px-3 max-sm:max-w-28 max-sm:px-1">
        <Link href={containerHref(row)} prefetch={false} title={row.name} className="block truncate font-medium hover:underline">
          {row.name}
        </Link>
        {showHost ? <span className="block truncate text-faint text-xs leading-3.5 md:hidden">{host?.name ?? row.host}</span> : null}
      </td>
      <td className="px-3 max-sm:px-1">
        <StateLabel container={row} pending={pending} away={away} brief />
      </td>
      {showHost ? (
        <td className="max-w-40 truncate px-3 text-mute max-md:hidden" title={host?.name ?? row.host}>
          {host?.name ?? row.host}
        </td>
      ) : null}
      {showTenant ? (
        <td className="max-w-40 truncate px-3 text-mute max-lg:hidden" title={row.tenant}>
          {row.tenant}
        </td>
      ) : null}
      <td className={cn("truncate px-3 text-mute max-lg:hidden", showHost ? "max-w-24 2xl:max-w-44" : "max-w-44")} title={row.image}>
        {shortReference(row.image)}
      </td>
      <td className="whitespace-nowrap px-3 text-right max-sm:px-1">
        {stats || (away && history) ? (
          <span className="inline-flex items-center justify-end gap-2 align-middle">
            <Sparkline
              values={history ?? []}
              slots={HISTORY_POINTS}
              label={t("cpuHistory")}
              className={cn("max-sm:hidden", away && "grayscale")}
            />
            <span className="min-w-20 max-sm:min-w-0">{format.cores(stats?.cpuCores)}</span>
          </span>
        ) : (
          <span className="text-faint">–</span>
        )}
      </td>
      <td className="whitespace-nowrap px-3 text-right max-sm:px-1">
        {stats ? (
          <span className="inline-flex items-center justify-end gap-2 align-middle">
            {limit === null ? null : (
              <Meter
                className="max-sm:hidden"
                value={stats.memoryUsedBytes / limit}
                label={t("memoryShare", { percent: format.percent(stats.memoryUsedBytes / limit) })}
              />
            )}
            <span className="min-w-16 max-sm:min-w-0">{format.bytes(stats.memoryUsedBytes)}</span>
            <span className="min-w-18 text-left text-faint max-sm:hidden">
              {limit === null ? t("noLimit") : `/ ${format.bytes(limit)}`}
            </span>
          </span>
        ) : (
          <span className="text-faint">–</span>
        )}
      </td>
      <td className="whitespace-nowrap px-3 text-right text-mute max-2xl:hidden">
        {stats && networkRate(row) >= 0 ? format.bytesPerSecond(networkRate(row)) : "–"}
      </td>
      <td className="px-3 text-right text-mute max-2xl:hidden">{stats ? format.count(stats.pids) : "–"}</td>
      <td className="max-w-44 truncate px-3 text-mute text-sm max-lg:hidden">
        {row.ports.map((port) => `${port.hostPort}→${port.containerPort}${port.protocol === "udp" ? "/udp" : ""}`).join(", ")}
      </td>
      <td className="pr-2 text-right max-sm:pr-0.5">
        <ContainerMenu container={row} host={host} onAction={(action) => onAction(action, row)} />
      </td>
    </tr>
  )
})
