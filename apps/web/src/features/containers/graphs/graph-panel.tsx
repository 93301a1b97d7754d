"use client"
import { memo, useMemo } from "react"
import { useTranslations } from "use-intl"
import type { ChartMark } from "@/components/charts/chart-mark"
import { TimeSeriesChart } from "@/components/charts/time-series-chart"
import { Panel } from "@/components/controls/panel"
import type { Format } from "@/lib/format"
import { useFormat } from "@/lib/use-format"
import { type Graph, type GraphPoint, graphMetrics } from "./graph-metrics"

/** What an axis reaches up to at least, in the unit of its figures. */
const least: Record<Graph["unit"], number> = { cores: 0.02, bytes: 2 ** 20, bytesPerSecond: 2 ** 10, count: 4, percent: 0.1 }

interface GraphPanelProps {
  graph: Graph
  /** Name of the container, for the accessible name. */
  container: string
  /** All metrics, in the order of `graphMetrics`. */
  points: readonly GraphPoint[]
  /** Of now, while it runs. */
  latest: GraphPoint | undefined
  from: number
  to: number
  stepMs: number
  limit: number | undefined
  marks: readonly ChartMark[]
  syncId: string
  onZoom: (range: { from: number; to: number }) => void
  onZoomOut: (() => void) | undefined
}

/** One graph of a container. Drawn anew only when one of its properties changed: a chart costs some 30 ms. */
export const GraphPanel = memo(function GraphPanel(props: GraphPanelProps) {
  const { graph, container, points, latest, from, to, stepMs, limit, marks, syncId, onZoom, onZoomOut } = props
  const t = useTranslations("container.graphs")
  const format = useFormat()
  const write = writer(graph.unit, format)
  const columns = graph.series.map(({ metric }) => graphMetrics.indexOf(metric))
  const own = useMemo(
    () => points.map(({ at, values }) => ({ at, values: graph.series.map(({ metric }) => values[graphMetrics.indexOf(metric)] ?? null) })),
    [points, graph],
  )
  return (
    <Panel>
      <TimeSeriesChart
        title={t(`graph.${graph.key}`)}
        label={t("label", { graph: t(`graph.${graph.key}`), name: container })}
        points={own}
        series={graph.series.map(({ metric, kind, colour }) => ({
          label: t(`metric.${metric}`),
          ...(kind && { kind }),
          ...(colour && { colour }),
        }))}
        from={from}
        to={to}
        stepMs={stepMs}
        formatValue={write}
        binary={graph.unit === "bytes" || graph.unit === "bytesPerSecond"}
        atLeast={least[graph.unit]}
        {...(graph.unit === "percent" && { atMost: 1 })}
        limits={limit === undefined ? [] : [{ value: limit, label: t("limit", { value: write(limit) }) }]}
        marks={marks}
        syncId={syncId}
        onZoom={onZoom}
        {...(onZoomOut && { onZoomOut })}
        aside={<span className="font-medium text-ink">{latest ? write(latest.values[columns[0] ?? 0] ?? null) : ""}</span>}
      />
    </Panel>
  )
})

function writer(unit: Graph["unit"], format: Format): (value: number | null) => string {
  switch (unit) {
    case "cores":
      return format.cores
    case "bytes":
      return format.bytes
    case "bytesPerSecond":
      return format.bytesPerSecond
    case "count":
      return format.count
    case "percent":
      return format.percent
  }
}
