"use client"
import { type HostMetric, type HostSummary, localHost, type MetricSeries } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { parseAsInteger, parseAsStringLiteral, useQueryStates } from "nuqs"
import { useMemo } from "react"
import { useTranslations } from "use-intl"
import type { ChartLimit, ChartSeries } from "@/components/charts/time-series-chart"
import { TimeSeriesChart } from "@/components/charts/time-series-chart"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { Select } from "@/components/controls/select"
import { isUnreachable } from "@/lib/errors"
import { useTRPCClient } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"

const lengths = { "15m": 900_000, "1h": 3_600_000, "6h": 21_600_000, "24h": 86_400_000, "7d": 604_800_000, "30d": 2_592_000_000 } as const
type Length = keyof typeof lengths
const lengthKeys = Object.keys(lengths) as Length[]

const metrics = [
  "cpuCores",
  "load1",
  "memoryUsedBytes",
  "memoryCachedBytes",
  "swapUsedBytes",
  "receivedBytesPerSecond",
  "transmittedBytesPerSecond",
  "readBytesPerSecond",
  "writeBytesPerSecond",
  "cpuPressure",
  "memoryPressure",
  "ioPressure",
  "runningContainers",
] as const satisfies readonly HostMetric[]
type Metric = (typeof metrics)[number]

/**
 * How the host has been: charts with one crosshair. Dragging over one zooms all. Of another host only the sums over its containers
 * are known, so that what they cannot tell (pressure, load, page cache) has no chart.
 */
export function HostHistory({ host }: { host: HostSummary }) {
  const t = useTranslations("host")
  const format = useFormat()
  const client = useTRPCClient()
  const own = host.id === localHost
  const [{ range, from, to }, setQuery] = useQueryStates(
    { range: parseAsStringLiteral(lengthKeys).withDefault("1h"), from: parseAsInteger, to: parseAsInteger },
    { history: "replace" },
  )
  const zoomed = from !== null && to !== null
  const history = useQuery({
    queryKey: ["host-history", host.id, range, from, to],
    queryFn: async () => {
      const end = to ?? Date.now()
      const window = { from: from ?? end - lengths[range], to: end }
      return {
        ...window,
        series: await client.metrics.series.query({
          scope: "host",
          ...(own ? {} : { id: host.id }),
          metrics: [...metrics],
          ...window,
          maximumPoints: 300,
        }),
      }
    },
    refetchInterval: zoomed ? false : range === "15m" ? 2000 : 10_000,
    placeholderData: (previous) => previous,
  })

  const chart = (name: string, columns: readonly Metric[], series: readonly ChartSeries[], options: ChartOptions) => (
    <HistoryChart
      key={name}
      title={name}
      columns={columns}
      series={series}
      history={history.data}
      onZoom={(window) => void setQuery({ from: Math.round(window.from), to: Math.round(window.to) }, { history: "push" })}
      {...(zoomed ? { onZoomOut: () => void setQuery({ from: null, to: null }) } : {})}
      {...options}
    />
  )
  const limits = limitsOf(host, t("allCores"), t("allMemory"))
  const percent = (share: number | null) => format.percent(share)

  return (
    <Panel
      title={t(own ? "history" : "historyOfContainers")}
      aside={
        <Select
          size="sm"
          label={t("range")}
          className="w-36"
          value={range}
          onValueChange={(next) => void setQuery({ range: next, from: null, to: null })}
          options={lengthKeys.map((key) => ({ value: key, label: t(`ranges.${key}`) }))}
        />
      }
    >
      {history.error && !(history.data && isUnreachable(history.error)) ? (
        <ErrorState error={history.error} compact onRetry={() => void history.refetch()} className="mx-4 mb-4" />
      ) : (
        <div className="grid gap-x-2 gap-y-1 pb-2 lg:grid-cols-2 2xl:grid-cols-3">
          {chart(
            t("cpu"),
            own ? ["cpuCores", "load1"] : ["cpuCores"],
            [{ label: t("cpuUsed"), kind: "area" }, ...(own ? [{ label: t("load") }] : [])],
            { formatValue: format.number, limits: limits.cpu },
          )}
          {chart(
            t("memory"),
            own ? ["memoryUsedBytes", "memoryCachedBytes", "swapUsedBytes"] : ["memoryUsedBytes"],
            [{ label: t("used"), kind: "area" }, ...(own ? [{ label: t("cache") }, { label: t("swapped") }] : [])],
            {
              formatValue: format.bytes,
              binary: true,
              limits: limits.memory,
            },
          )}
          {own
            ? chart(
                t("pressure"),
                ["cpuPressure", "memoryPressure", "ioPressure"],
                [{ label: t("cpu") }, { label: t("memory") }, { label: t("disk") }],
                { formatValue: percent, atLeast: 0.1, atMost: 1 },
              )
            : null}
          {chart(
            t("network"),
            ["receivedBytesPerSecond", "transmittedBytesPerSecond"],
            [{ label: t("received") }, { label: t("transmitted") }],
            { formatValue: format.bitsPerSecond, atLeast: 125 },
          )}
          {chart(t("disk"), ["readBytesPerSecond", "writeBytesPerSecond"], [{ label: t("read") }, { label: t("written") }], {
            formatValue: format.bytesPerSecond,
            binary: true,
            atLeast: 2 ** 10,
          })}
          {chart(t("containers"), ["runningContainers"], [{ label: t("running") }], { formatValue: format.count })}
        </div>
      )}
    </Panel>
  )
}

interface ChartOptions {
  formatValue: (value: number | null) => string
  binary?: boolean
  atLeast?: number
  atMost?: number
  limits?: readonly ChartLimit[]
}

interface HistoryChartProps extends ChartOptions {
  title: string
  columns: readonly Metric[]
  series: readonly ChartSeries[]
  history: { from: number; to: number; series: MetricSeries } | undefined
  onZoom: (range: { from: number; to: number }) => void
  onZoomOut?: () => void
}

function HistoryChart({ columns, history, ...rest }: HistoryChartProps) {
  const places = columns.map((column) => metrics.indexOf(column))
  const key = places.join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for the places.
  const points = useMemo(
    () => (history?.series.points ?? []).map((point) => ({ at: point.at, values: places.map((place) => point.values[place] ?? null) })),
    [history, key],
  )
  return (
    <TimeSeriesChart
      {...rest}
      label={rest.title}
      points={points}
      from={history?.from ?? 0}
      to={history?.to ?? 1}
      stepMs={history?.series.stepMs ?? 1000}
      syncId="host"
      height={150}
    />
  )
}

function limitsOf({ id, info }: HostSummary, cpu: string, memory: string): { cpu: ChartLimit[]; memory: ChartLimit[] } {
  if (info === null) return { cpu: [], memory: [] }
  return {
    cpu: [{ value: info.cpuCount, label: cpu, always: id === localHost }],
    memory: [{ value: info.memoryBytes, label: memory, always: id === localHost }],
  }
}
