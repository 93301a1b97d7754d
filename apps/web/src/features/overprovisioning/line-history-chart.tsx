"use client"
import { useQuery } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { TimeSeriesChart } from "@/components/charts/time-series-chart"
import { ErrorState } from "@/components/controls/error-state"
import { useTRPCClient } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"

const DAY_MS = 86_400_000

/** Memory sold, used, predicted and allowed over the last day; what was not known is a gap. */
export function LineHistoryChart() {
  const t = useTranslations("overprovisioning.history")
  const format = useFormat()
  const client = useTRPCClient()
  const history = useQuery({
    queryKey: ["overprovisioning", "history", "memory"],
    queryFn: async ({ signal }) => {
      const to = Date.now()
      const from = to - DAY_MS
      return {
        from,
        to,
        ...(await client.overprovisioning.history.query({ resource: "memory", from, to, maximumPoints: 288 }, { signal })),
      }
    },
    refetchInterval: 60_000,
  })
  return (
    <div className="min-w-0 rounded-panel border border-line bg-panel">
      {history.error && history.data === undefined ? (
        <ErrorState error={history.error} title={t("failed")} compact onRetry={() => void history.refetch()} className="m-3" />
      ) : (
        <TimeSeriesChart
          title={t("title")}
          label={t("title")}
          points={(history.data?.points ?? []).map(({ at, sold, used, predictedPeak, loadLine }) => ({
            at,
            values: [used, predictedPeak, sold, loadLine],
          }))}
          series={[{ label: t("used"), kind: "area" }, { label: t("peak") }, { label: t("sold") }, { label: t("line") }]}
          from={history.data?.from ?? 0}
          to={history.data?.to ?? 1}
          stepMs={history.data?.stepMs ?? DAY_MS / 288}
          formatValue={format.bytes}
          binary
        />
      )}
    </div>
  )
}
