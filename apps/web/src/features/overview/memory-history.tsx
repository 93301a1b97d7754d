"use client"
import { useQuery } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { TimeSeriesChart } from "@/components/charts/time-series-chart"
import { ErrorState } from "@/components/controls/error-state"
import { cn } from "@/lib/cn"
import { useTRPCClient } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { historyLengths, lengthOfHistory } from "./history-length"

const MAXIMUM_POINTS = 288

/** Memory of the last day, or of as much of it as there is. */
export function MemoryHistory({ capacityBytes, className }: { capacityBytes: number; className?: string }) {
  const t = useTranslations("overview")
  const lengths = useTranslations("container.graphs.lengths")
  const format = useFormat()
  const client = useTRPCClient()
  const history = useQuery({
    queryKey: ["overview", "memory-history"],
    queryFn: async ({ signal }) => {
      const to = Date.now()
      const read = (from: number) =>
        client.metrics.series.query({ scope: "host", metrics: ["memoryUsedBytes"], from, to, maximumPoints: MAXIMUM_POINTS }, { signal })
      const day = await read(to - historyLengths["24h"])
      const length = lengthOfHistory(day.points.find((point) => point.values[0] !== null)?.at, to)
      const from = to - historyLengths[length]
      return { from, to, length, series: length === "24h" ? day : await read(from) }
    },
    refetchInterval: 60_000,
  })
  const title = t("memoryHistory", { length: lengths(history.data?.length ?? "24h") })
  return (
    <div className={cn("min-w-0 rounded-panel border border-line bg-panel", className)}>
      {history.error && history.data === undefined ? (
        <ErrorState error={history.error} compact onRetry={() => void history.refetch()} className="m-3" />
      ) : (
        <TimeSeriesChart
          title={title}
          label={title}
          points={history.data?.series.points ?? []}
          series={[{ label: t("used"), kind: "area" }]}
          from={history.data?.from ?? 0}
          to={history.data?.to ?? historyLengths["24h"]}
          stepMs={history.data?.series.stepMs ?? 1000}
          formatValue={format.bytes}
          binary
          limits={[{ value: capacityBytes, label: t("capacity"), always: true }]}
          height={112}
        />
      )}
    </div>
  )
}
