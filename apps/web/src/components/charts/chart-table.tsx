"use client"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"
import type { SeriesPoint } from "./axis"

interface ChartTableProps {
  label: string
  points: readonly SeriesPoint[]
  series: readonly { label: string }[]
  formatValue: (value: number | null) => string
  height: number
}

/** A chart's figures, newest first. */
export function ChartTable({ label, points, series, formatValue, height }: ChartTableProps) {
  const t = useTranslations("controls")
  const format = useFormat()
  const now = useNow()
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
    <section aria-label={label} tabIndex={0} className="overflow-y-auto px-4" style={{ height }}>
      <table className="w-full text-sm">
        <thead className="sticky top-0 bg-panel text-left text-mute">
          <tr>
            <th scope="col" className="py-1 font-medium">
              {t("time")}
            </th>
            {series.map((entry) => (
              <th key={entry.label} scope="col" className="py-1 text-right font-medium">
                {entry.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {points.toReversed().map((point) => (
            <tr key={point.at} className="border-line border-t">
              <td className="py-0.5 text-mute">{format.clock(point.at, now)}</td>
              {series.map((entry, index) => (
                <td key={entry.label} className="py-0.5 text-right">
                  {formatValue(point.values[index] ?? null)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
