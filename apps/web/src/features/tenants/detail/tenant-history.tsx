"use client"
import type { ContainerMetric, Tenant } from "@plimsoll/server/contract"
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { parseAsInteger, parseAsStringLiteral, useQueryStates } from "nuqs"
import { useMemo } from "react"
import { useTranslations } from "use-intl"
import { type ChartLimit, TimeSeriesChart } from "@/components/charts/time-series-chart"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { Select } from "@/components/controls/select"
import { isUnreachable } from "@/lib/errors"
import { useTRPCClient } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"

const lengths = { "15m": 900_000, "1h": 3_600_000, "6h": 21_600_000, "24h": 86_400_000, "7d": 604_800_000, "30d": 2_592_000_000 } as const
const lengthKeys = ["15m", "1h", "6h", "24h", "7d", "30d"] as const
const metrics = ["memoryUsedBytes", "cpuCores"] as const satisfies readonly ContainerMetric[]

/** Memory and CPU of all its containers together, with what the plan allows as a line. Dragging over one zooms both. */
export function TenantHistory({ tenant: { name, plan } }: { tenant: Tenant }) {
  const t = useTranslations("tenants.history")
  const ranges = useTranslations("host.ranges")
  const format = useFormat()
  const client = useTRPCClient()
  const [{ range, from, to }, setQuery] = useQueryStates(
    { range: parseAsStringLiteral(lengthKeys).withDefault("1h"), from: parseAsInteger, to: parseAsInteger },
    { history: "replace" },
  )
  const zoomed = from !== null && to !== null
  const history = useQuery({
    queryKey: ["tenant-history", name, range, from, to],
    queryFn: async ({ signal }) => {
      const end = to ?? Date.now()
      const window = { from: from ?? end - lengths[range], to: end }
      const series = await client.metrics.series.query(
        { scope: "tenant", id: name, metrics: [...metrics], ...window, maximumPoints: 300 },
        { signal },
      )
      return { ...window, series }
    },
    refetchInterval: zoomed ? false : range === "15m" ? 2000 : 10_000,
    placeholderData: keepPreviousData,
  })
  const points = useMemo(
    () => metrics.map((_, place) => (history.data?.series.points ?? []).map(({ at, values }) => ({ at, values: [values[place] ?? null] }))),
    [history.data],
  )
  const chart = (
    place: number,
    title: string,
    options: { formatValue: (value: number | null) => string; binary?: boolean; limits: ChartLimit[] },
  ) => (
    <TimeSeriesChart
      title={title}
      label={t("label", { figure: title, name })}
      points={points[place] ?? []}
      series={[{ label: title, kind: "area" }]}
      from={history.data?.from ?? 0}
      to={history.data?.to ?? 1}
      stepMs={history.data?.series.stepMs ?? 1000}
      syncId="tenant"
      height={150}
      onZoom={(window) => void setQuery({ from: Math.round(window.from), to: Math.round(window.to) }, { history: "push" })}
      {...(zoomed ? { onZoomOut: () => void setQuery({ from: null, to: null }) } : {})}
      {...options}
    />
  )
  const limit = (value: number | undefined, text: string): ChartLimit[] =>
    value === undefined ? [] : [{ value, label: t("planLimit", { value: text }) }]
  return (
    <Panel
      title={t("title")}
      aside={
        <Select
          size="sm"
          label={t("range")}
          className="w-36"
          value={range}
          onValueChange={(next) => void setQuery({ range: next, from: null, to: null })}
          options={lengthKeys.map((key) => ({ value: key, label: ranges(key) }))}
        />
      }
    >
      {history.error && !(history.data && isUnreachable(history.error)) ? (
        <ErrorState error={history.error} compact onRetry={() => void history.refetch()} className="mx-4 mb-4" />
      ) : (
        <div className="grid gap-x-2 gap-y-1 pb-2 lg:grid-cols-2">
          {chart(0, t("memory"), {
            formatValue: format.bytes,
            binary: true,
            limits: limit(plan?.terms.memoryMaxBytes, format.bytes(plan?.terms.memoryMaxBytes)),
          })}
          {chart(1, t("cpu"), { formatValue: format.cores, limits: limit(plan?.terms.cpuMaxCores, format.cores(plan?.terms.cpuMaxCores)) })}
        </div>
      )}
    </Panel>
  )
}
