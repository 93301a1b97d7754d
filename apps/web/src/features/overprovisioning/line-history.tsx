"use client"
import { loadLineResources } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { parseAsStringLiteral, useQueryStates } from "nuqs"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { useTRPCClient } from "@/lib/trpc"
import { Choice } from "./choice"
import { LineChart, RatioChart } from "./line-chart"

const periods = ["24h", "7d", "30d", "90d"] as const
const lengthsMs = { "24h": 86_400_000, "7d": 604_800_000, "30d": 2_592_000_000, "90d": 7_776_000_000 } as const
const MAXIMUM_POINTS = 288
const nothing = { stepMs: 1000, points: [], marks: [] }

/** A resource over time, as amounts and as multiples of allocatable. What was not known is a gap. */
export function LineHistory() {
  const t = useTranslations("overprovisioning")
  const client = useTRPCClient()
  const [{ resource, period }, setQuery] = useQueryStates(
    {
      resource: parseAsStringLiteral(loadLineResources).withDefault("memory"),
      period: parseAsStringLiteral(periods).withDefault("24h"),
    },
    { history: "replace" },
  )
  const { data, error, refetch } = useQuery({
    queryKey: ["overprovisioning", "history", resource, period],
    queryFn: async ({ signal }) => {
      const to = Date.now()
      const from = to - lengthsMs[period]
      const history = await client.overprovisioning.history.query({ resource, from, to, maximumPoints: MAXIMUM_POINTS }, { signal })
      return { from, to, history }
    },
    refetchInterval: 60_000,
  })
  const graph = { history: data?.history ?? nothing, from: data?.from ?? 0, to: data?.to ?? lengthsMs[period], syncId: "load-line" }
  return (
    <section aria-label={t("history.label")} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Choice
          label={t("history.resource")}
          value={resource}
          options={loadLineResources.map((value) => ({ value, label: t(`resource.${value}`) }))}
          onChange={(value) => void setQuery({ resource: value })}
        />
        <Choice
          label={t("history.period")}
          value={period}
          options={periods.map((value) => ({ value, label: t(`history.lengths.${value}`) }))}
          onChange={(value) => void setQuery({ period: value })}
        />
      </div>
      {error !== null && data === undefined ? (
        <ErrorState error={error} title={t("history.failed")} compact onRetry={() => void refetch()} />
      ) : (
        <div className="grid gap-4 xl:grid-cols-2">
          <div className="min-w-0 rounded-panel border border-line bg-panel">
            <LineChart {...graph} resource={resource} title={t("history.amounts", { resource: t(`resource.${resource}`) })} />
          </div>
          <div className="min-w-0 rounded-panel border border-line bg-panel">
            <RatioChart {...graph} title={t("history.ratios", { resource: t(`resource.${resource}`) })} />
          </div>
        </div>
      )}
    </section>
  )
}
