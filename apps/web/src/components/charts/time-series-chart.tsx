"use client"
import { ZoomOut } from "lucide-react"
import { type ReactNode, useMemo, useState } from "react"
import { Area, CartesianGrid, ComposedChart, Line, ReferenceArea, ReferenceLine, Tooltip, XAxis, YAxis } from "recharts"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { useFormat } from "@/lib/use-format"
import { reachOf, type SeriesPoint, timeTicks, valueTicks, withGaps } from "./axis"
import { ChartLegend } from "./chart-legend"
import { type ChartMark, MarkLabel } from "./chart-mark"
import { ChartTable } from "./chart-table"
import { ChartToggle } from "./chart-toggle"
import { ChartTooltip } from "./chart-tooltip"
import { dashOf, seriesColour } from "./series-style"

export interface ChartSeries {
  label: string
  /** `area`: what fills up, such as memory. Default `line`. */
  kind?: "line" | "area"
  /** Place in the palette, 1–6; default its place in the list. Keep it the same for the same thing on all charts. */
  colour?: number
}

export interface ChartLimit {
  value: number
  label: string
  /** In sight however far above the figures it is: what the machine has. */
  always?: boolean
}

export interface TimeSeriesChartProps {
  title: ReactNode
  /** Accessible name: what and of what. */
  label: string
  /** In order of time; `values` in the order of `series`. */
  points: readonly SeriesPoint[]
  series: readonly ChartSeries[]
  /** Visible range, epoch milliseconds. */
  from: number
  to: number
  /** Distance of two samples; a longer hole is drawn as a hole. */
  stepMs: number
  formatValue: (value: number | null) => string
  /** Bytes are marked at powers of two. */
  binary?: boolean
  /** Limits as lines. One so far above all figures that it would flatten them is named at the top instead. */
  limits?: readonly ChartLimit[]
  /** The least that the axis reaches up to, so that noise around nothing does not look like a mountain range. */
  atLeast?: number
  /** The most that there can be, for example 1 of a share. */
  atMost?: number
  marks?: readonly ChartMark[]
  /** Charts with the same one show the same moment. */
  syncId?: string
  /** Someone dragged over a part of it. Absent: no zoom. */
  onZoom?: (range: { from: number; to: number }) => void
  /** Present while it is zoomed: back to the whole. */
  onZoomOut?: () => void
  /** On the right of the title: the figure now. */
  aside?: ReactNode
  height?: number
}

/**
 * Figures over time. Charts with one `syncId` share the crosshair; dragging zooms (never the wheel, which scrolls the page);
 * limits are lines, events marks on the axis, gaps gaps. Arrow keys move the crosshair, and every chart can be read as a table.
 */
export function TimeSeriesChart(props: TimeSeriesChartProps) {
  const {
    title,
    label,
    points,
    series,
    from,
    to,
    stepMs,
    formatValue,
    binary = false,
    limits = [],
    atLeast = 0,
    atMost = Number.POSITIVE_INFINITY,
    marks = [],
    syncId,
    onZoom,
    onZoomOut,
    aside,
    height = 160,
  } = props
  const t = useTranslations("controls")
  const format = useFormat()
  const [asTable, setAsTable] = useState(false)
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null)

  const data = useMemo(() => withGaps(points, stepMs), [points, stepMs])
  const highest = useMemo(() => {
    let most = 0
    for (const point of points) for (const value of point.values) if (value !== null && value > most) most = value
    return most
  }, [points])
  const reach = useMemo(() => reachOf(highest, limits, { atLeast, atMost }), [highest, limits, atLeast, atMost])
  const yTicks = useMemo(() => valueTicks(reach, { binary }), [reach, binary])
  const top = yTicks.at(-1) ?? 1
  const above = limits.filter((limit) => limit.value > top)
  const xTicks = useMemo(() => timeTicks(from, to, 6), [from, to])
  const known = useMemo(() => points.some((point) => point.values.some((value) => value !== null)), [points])
  const last = points.at(-1)
  const summary = `${label}. ${series.map((entry, index) => `${entry.label}: ${formatValue(last?.values[index] ?? null)}`).join("; ")}.`

  function endDrag() {
    if (drag === null) return
    const range = { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) }
    setDrag(null)
    if (range.to - range.from >= Math.max(2 * stepMs, 2000)) onZoom?.(range)
  }

  return (
    <figure className="group flex min-w-0 flex-col">
      <figcaption className="flex min-h-9 items-center gap-3 px-4 pt-2 text-sm">
        <span className="font-medium text-mute">{title}</span>
        {series.length > 1 ? <ChartLegend series={series} /> : null}
        <span className="ml-auto flex items-center gap-1">
          {onZoomOut ? (
            <IconButton size="sm" label={t("zoomOut")} icon={<ZoomOut aria-hidden className="size-3.5" />} onClick={onZoomOut} />
          ) : null}
          <ChartToggle asTable={asTable} onToggle={() => setAsTable(!asTable)} />
          {aside ? <span className="min-w-14 text-right">{aside}</span> : null}
        </span>
      </figcaption>
      {asTable ? (
        <ChartTable label={label} points={points} series={series} formatValue={formatValue} height={height} />
      ) : (
        <section aria-label={summary} className="relative select-none [&_.recharts-surface]:outline-offset-[-2px]" style={{ height }}>
          {known ? null : <p className="absolute inset-0 grid place-items-center text-faint">{t("noSamples")}</p>}
          {above.length === 0 ? null : (
            <p className="pointer-events-none absolute top-2.5 right-5 rounded bg-panel/80 px-1 text-load-ink text-xs">
              {above.map((limit) => `↑ ${limit.label}`).join(" · ")}
            </p>
          )}
          <ComposedChart
            responsive
            style={{ width: "100%", height }}
            data={data}
            margin={{ top: 8, right: 16, bottom: 0, left: 0 }}
            {...(syncId === undefined ? {} : { syncId, syncMethod: "value" as const })}
            {...(onZoom
              ? {
                  onMouseDown: ({ activeLabel }: { activeLabel?: string | number | undefined }) =>
                    setDrag(activeLabel === undefined ? null : { from: Number(activeLabel), to: Number(activeLabel) }),
                  onMouseMove: ({ activeLabel }: { activeLabel?: string | number | undefined }) => {
                    if (drag !== null && activeLabel !== undefined) setDrag({ ...drag, to: Number(activeLabel) })
                  },
                  onMouseUp: endDrag,
                  onMouseLeave: endDrag,
                }
              : {})}
          >
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="at"
              type="number"
              scale="time"
              domain={[from, to]}
              allowDataOverflow
              ticks={xTicks.ticks}
              tickFormatter={(at: number) =>
                xTicks.stepMs >= 86_400_000 ? format.day(at) : xTicks.stepMs >= 60_000 ? format.time(at).slice(0, 5) : format.time(at)
              }
              tickLine={false}
              axisLine={{ stroke: "var(--line)" }}
              tick={{ fill: "var(--faint)", fontSize: 11 }}
              height={22}
              minTickGap={8}
            />
            <YAxis
              ticks={yTicks}
              domain={[0, top]}
              allowDataOverflow
              tickFormatter={(value: number) => formatValue(value)}
              tickLine={false}
              axisLine={false}
              tick={{ fill: "var(--faint)", fontSize: 11 }}
              width={76}
              interval="preserveStartEnd"
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: "var(--line-strong)", strokeWidth: 1 }}
              content={({ active, label: at }) => (
                <ChartTooltip active={active} at={Number(at)} points={points} series={series} formatValue={formatValue} />
              )}
            />
            {series.map((entry, index) =>
              entry.kind === "area" ? (
                <Area
                  key={entry.label}
                  dataKey={(point: SeriesPoint) => point.values[index] ?? null}
                  name={entry.label}
                  type="linear"
                  stroke={seriesColour(entry.colour ?? index + 1)}
                  strokeWidth={1.5}
                  strokeDasharray={dashOf(index)}
                  fill={seriesColour(entry.colour ?? index + 1)}
                  fillOpacity={0.16}
                  isAnimationActive={false}
                  dot={false}
                  activeDot={{ r: 3, strokeWidth: 0 }}
                />
              ) : (
                <Line
                  key={entry.label}
                  dataKey={(point: SeriesPoint) => point.values[index] ?? null}
                  name={entry.label}
                  type="linear"
                  stroke={seriesColour(entry.colour ?? index + 1)}
                  strokeWidth={1.5}
                  strokeDasharray={dashOf(index)}
                  isAnimationActive={false}
                  dot={false}
                  activeDot={{ r: 3, strokeWidth: 0 }}
                />
              ),
            )}
            {limits
              .filter((limit) => limit.value <= top)
              .map((limit) => (
                <ReferenceLine
                  key={limit.label}
                  y={limit.value}
                  stroke="var(--load)"
                  strokeWidth={1.5}
                  label={{ value: limit.label, position: "insideBottomRight", fill: "var(--load-ink)", fontSize: 11 }}
                />
              ))}
            {marks
              .filter((mark) => mark.at >= from && mark.at <= to)
              .map((mark) => (
                <ReferenceLine
                  key={`${mark.at}-${mark.label}`}
                  x={mark.at}
                  stroke="var(--line-strong)"
                  strokeDasharray="2 3"
                  label={<MarkLabel mark={mark} />}
                />
              ))}
            {drag === null ? null : <ReferenceArea x1={drag.from} x2={drag.to} fill="var(--sleep)" fillOpacity={0.18} />}
          </ComposedChart>
        </section>
      )}
    </figure>
  )
}
