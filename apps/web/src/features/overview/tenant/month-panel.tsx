"use client"
import { useQuery } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Facts } from "@/components/controls/table"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"

const EVERY_MS = 60_000

/** What was measured in this calendar month, so far. */
export function MonthPanel({ tenant }: { tenant: string }) {
  const t = useTranslations("tenantView")
  const controls = useTranslations("controls")
  const format = useFormat()
  const month = new Date(useNow()).toISOString().slice(0, 7)
  const metering = useQuery(useTRPC().metering.month.queryOptions({ month }, { refetchInterval: EVERY_MS }))
  const row = metering.data?.rows.find((each) => each.tenant === tenant)
  return (
    <Panel title={t("month")} aside={month}>
      {metering.error && metering.data === undefined ? (
        <ErrorState error={metering.error} compact onRetry={() => void metering.refetch()} className="m-3" />
      ) : metering.data === undefined ? (
        <SkeletonRows rows={4} label={controls("loading")} />
      ) : row === undefined ? (
        <p className="px-4 pb-4 text-mute">{t("nothingMeasured")}</p>
      ) : (
        <Facts
          className="px-4 pb-4"
          rows={[
            { name: t("received"), value: format.bytes(row.receivedBytes) },
            { name: t("sent"), value: format.bytes(row.transmittedBytes) },
            { name: t("memoryHours"), value: t("gibHours", { value: format.number(row.memoryUsedGibHours) }) },
            { name: t("cpuHours"), value: t("coreHours", { value: format.number(row.cpuUsedCoreHours) }) },
            { name: t("diskHours"), value: t("gibHours", { value: format.number(row.diskUsedGibHours) }) },
          ]}
        />
      )}
    </Panel>
  )
}
