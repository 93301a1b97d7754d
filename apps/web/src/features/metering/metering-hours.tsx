"use client"
import type { MeteringFigures } from "@plimsoll/server/contract"
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { Gauge } from "lucide-react"
import { useMemo } from "react"
import { useLocale, useTranslations } from "use-intl"
import { type ChartSeries, TimeSeriesChart } from "@/components/charts/time-series-chart"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { formatHours } from "@/components/tenants/format-hours"
import { monthName, shiftMonth } from "@/components/tenants/month"
import { isUnreachable } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"

const HOUR = 3_600_000
type Figure = Exclude<keyof MeteringFigures, "measuredSeconds">

/** One tenant's month by the hour, as charts that can be read as tables. An hour in which nothing was measured is a gap. */
export function MeteringHours({ month, tenant }: { month: string; tenant: string }) {
  const t = useTranslations("metering")
  const controls = useTranslations("controls")
  const locale = useLocale()
  const format = useFormat()
  const { data, error, refetch } = useQuery(
    useTRPC().metering.hours.queryOptions({ month, tenant }, { refetchInterval: 60_000, placeholderData: keepPreviousData }),
  )
  if (error && !(data && isUnreachable(error))) return <ErrorState error={error} title={t("failed")} onRetry={() => void refetch()} />
  if (data === undefined) {
    return (
      <Panel>
        <SkeletonRows rows={10} label={controls("loading")} />
      </Panel>
    )
  }
  if (data.length === 0) {
    return (
      <Panel>
        <EmptyState icon={<Gauge />} title={t("emptyOf", { tenant, month: monthName(month, locale) })}>
          {t("emptyHint")}
        </EmptyState>
      </Panel>
    )
  }
  const soldAndUsed: ChartSeries[] = [{ label: t("sold") }, { label: t("used"), kind: "area" }]
  const shared = { hours: data, month, tenant }
  const hours = (value: number | null) => (value === null ? "–" : formatHours(value, format))
  return (
    <Panel title={t("byHour")} aside={t("hoursMeasured", { count: data.length })}>
      <div className="grid gap-x-2 gap-y-1 pb-2 xl:grid-cols-2">
        <HoursChart
          {...shared}
          title={t("column.memory")}
          figures={["memorySoldGibHours", "memoryUsedGibHours"]}
          series={soldAndUsed}
          formatValue={hours}
        />
        <HoursChart
          {...shared}
          title={t("column.cpu")}
          figures={["cpuSoldCoreHours", "cpuUsedCoreHours"]}
          series={soldAndUsed}
          formatValue={hours}
        />
        <HoursChart
          {...shared}
          title={t("column.disk")}
          figures={["diskSoldGibHours", "diskUsedGibHours"]}
          series={soldAndUsed}
          formatValue={hours}
        />
        <HoursChart
          {...shared}
          title={t("column.traffic")}
          figures={["receivedBytes", "transmittedBytes"]}
          series={[{ label: t("received") }, { label: t("sent"), colour: 3 }]}
          formatValue={format.bytes}
          binary
        />
      </div>
    </Panel>
  )
}

interface HoursChartProps {
  hours: readonly (MeteringFigures & { at: number })[]
  month: string
  tenant: string
  title: string
  figures: readonly [Figure, Figure]
  series: readonly ChartSeries[]
  formatValue: (value: number | null) => string
  binary?: boolean
}

function HoursChart({ hours, month, tenant, title, figures: [first, second], ...rest }: HoursChartProps) {
  const t = useTranslations("metering")
  const points = useMemo(() => hours.map((hour) => ({ at: hour.at, values: [hour[first], hour[second]] })), [hours, first, second])
  return (
    <TimeSeriesChart
      {...rest}
      title={title}
      label={t("chartLabel", { figure: title, tenant })}
      points={points}
      from={Date.parse(`${month}-01T00:00:00Z`)}
      to={Date.parse(`${shiftMonth(month, 1)}-01T00:00:00Z`)}
      stepMs={HOUR}
      syncId="metering"
      height={170}
    />
  )
}
