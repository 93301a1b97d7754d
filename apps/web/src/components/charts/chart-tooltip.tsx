"use client"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"
import type { SeriesPoint } from "./axis"
import { LineSwatch } from "./chart-legend"

interface ChartTooltipProps {
  active: boolean | undefined
  at: number
  points: readonly SeriesPoint[]
  series: readonly { label: string; colour?: number }[]
  formatValue: (value: number | null) => string
}

/** The figures at the crosshair. */
export function ChartTooltip({ active, at, points, series, formatValue }: ChartTooltipProps) {
  const format = useFormat()
  const now = useNow()
  const point = active ? points.find((each) => each.at === at) : undefined
  if (point === undefined) return null
  return (
    <div className="rounded-control border border-line bg-raised px-2.5 py-1.5 text-sm shadow-pop">
      <p className="mb-0.5 text-mute">{format.clock(at, now)}</p>
      {series.map((entry, index) => (
        <p key={entry.label} className="flex items-center gap-2">
          <LineSwatch index={index} colour={entry.colour ?? index + 1} />
          <span className="text-mute">{entry.label}</span>
          <span className="ml-auto pl-3 font-medium">{formatValue(point.values[index] ?? null)}</span>
        </p>
      ))}
    </div>
  )
}
