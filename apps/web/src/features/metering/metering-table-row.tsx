"use client"
import type { MeteringFigures, MeteringRow } from "@plimsoll/server/contract"
import { memo } from "react"
import { useTranslations } from "use-intl"
import { formatHours } from "@/components/tenants/format-hours"
import { cn } from "@/lib/cn"
import { useFormat } from "@/lib/use-format"
import { measuredShare } from "./metering-rows"

interface Period {
  from: number
  to: number
}

interface MeteringTableRowProps {
  row: MeteringRow
  period: Period
  index: number
  height: number
  focused: boolean
  onOpen: (tenant: string) => void
}

/** One tenant's month. Its name opens its hours. */
export const MeteringTableRow = memo(function MeteringTableRow({ row, period, index, height, focused, onOpen }: MeteringTableRowProps) {
  const t = useTranslations("metering")
  return (
    <tr
      aria-rowindex={index}
      style={{ height }}
      className={cn("border-line border-b hover:bg-hover/60", focused && "outline-1 outline-focus -outline-offset-1")}
    >
      <td className="max-w-56 px-3 max-sm:max-w-28 max-sm:px-2">
        <button
          type="button"
          title={t("hoursOf", { tenant: row.tenant })}
          className="block max-w-full truncate rounded font-medium hover:underline"
          onClick={() => onOpen(row.tenant)}
        >
          {row.tenant}
        </button>
      </td>
      <MeteringCells figures={row} period={period} />
    </tr>
  )
})

/** A row's figures: used of sold. */
export function MeteringCells({ figures, period, className }: { figures: MeteringFigures; period: Period; className?: string }) {
  const t = useTranslations("metering")
  const format = useFormat()
  const pair = (used: number, sold: number) => (
    <>
      {formatHours(used, format)}
      <span className="font-normal text-mute"> / {formatHours(sold, format)}</span>
    </>
  )
  const cell = cn("whitespace-nowrap px-3 text-right", className)
  return (
    <>
      <td className={cn(cell, "max-sm:px-1")}>{pair(figures.memoryUsedGibHours, figures.memorySoldGibHours)}</td>
      <td className={cn(cell, "max-sm:px-1")}>{pair(figures.cpuUsedCoreHours, figures.cpuSoldCoreHours)}</td>
      <td className={cn(cell, "max-md:hidden")}>{pair(figures.diskUsedGibHours, figures.diskSoldGibHours)}</td>
      <td className={cn(cell, "max-lg:hidden")}>
        {t("inAndOut", { received: format.bytes(figures.receivedBytes), sent: format.bytes(figures.transmittedBytes) })}
      </td>
      <td className={cn(cell, "max-xl:hidden")}>{format.percent(measuredShare(figures, period))}</td>
    </>
  )
}
