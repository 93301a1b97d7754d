"use client"
import type { LineHistory, ResourceName } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { TimeSeriesChart } from "@/components/charts/time-series-chart"
import { amount } from "@/components/overprovisioning/amount"
import { useFormat } from "@/lib/use-format"
import { ratioPoints } from "./ratio-points"

interface LineChartProps {
  title: string
  resource: ResourceName
  history: LineHistory
  /** Visible range, epoch milliseconds. */
  from: number
  to: number
  syncId?: string
}

/** One resource used, predicted, sold and allowed over time, in its unit. */
export function LineChart({ title, resource, history, from, to, ...sync }: LineChartProps) {
  const t = useTranslations("overprovisioning.history")
  const format = useFormat()
  return (
    <TimeSeriesChart
      {...sync}
      title={title}
      label={title}
      points={history.points.map(({ at, sold, used, predictedPeak, loadLine }) => ({ at, values: [used, predictedPeak, sold, loadLine] }))}
      series={[{ label: t("used"), kind: "area" }, { label: t("peak") }, { label: t("sold") }, { label: t("line") }]}
      from={from}
      to={to}
      stepMs={history.stepMs}
      formatValue={(value) => amount(format, resource, value)}
      binary={resource === "memory" || resource === "disk"}
    />
  )
}

/** How many times allocatable was sold, may be sold, and is expected to be used, over time. */
export function RatioChart({ title, history, from, to, ...sync }: Omit<LineChartProps, "resource">) {
  const t = useTranslations("overprovisioning.history")
  const format = useFormat()
  return (
    <TimeSeriesChart
      {...sync}
      title={title}
      label={title}
      points={ratioPoints(history.points)}
      series={[
        { label: t("peak"), colour: 2 },
        { label: t("sold"), colour: 3 },
        { label: t("line"), colour: 4 },
      ]}
      from={from}
      to={to}
      stepMs={history.stepMs}
      formatValue={(value) => (value === null ? format.times(value) : `${format.times(value)}×`)}
      atLeast={1}
    />
  )
}
