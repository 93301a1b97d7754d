"use client"
import { useQuery } from "@tanstack/react-query"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Facts } from "@/components/controls/table"
import { formatHours } from "@/components/tenants/format-hours"
import { monthOf } from "@/components/tenants/month"
import { isUnreachable } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"

const EVERY_MS = 60_000

/** What this month's bill will be made of, so far. */
export function TenantMonth({ tenant }: { tenant: string }) {
  const t = useTranslations("metering")
  const controls = useTranslations("controls")
  const format = useFormat()
  const month = monthOf(useNow())
  const { data, error, refetch } = useQuery(useTRPC().metering.month.queryOptions({ month, tenant }, { refetchInterval: EVERY_MS }))
  const hours = (value: number) => formatHours(value, format)
  const row = data?.rows.find((each) => each.tenant === tenant)
  return (
    <Panel
      title={t("thisMonth")}
      aside={
        <Link
          href={`/metering?month=${month}&tenant=${encodeURIComponent(tenant)}`}
          suppressHydrationWarning
          className="rounded hover:text-ink hover:underline"
        >
          {t("byHour")}
        </Link>
      }
    >
      {error && !(data && isUnreachable(error)) ? (
        <ErrorState error={error} compact onRetry={() => void refetch()} className="m-3" />
      ) : data === undefined ? (
        <SkeletonRows rows={4} label={controls("loading")} />
      ) : row === undefined ? (
        <p className="px-4 pb-4 text-mute">{t("nothingYet")}</p>
      ) : (
        <Facts
          className="px-4 pb-4"
          rows={[
            { name: t("memory"), value: t("usedOfSoldGib", { used: hours(row.memoryUsedGibHours), sold: hours(row.memorySoldGibHours) }) },
            { name: t("cpu"), value: t("usedOfSoldCores", { used: hours(row.cpuUsedCoreHours), sold: hours(row.cpuSoldCoreHours) }) },
            { name: t("disk"), value: t("usedOfSoldGib", { used: hours(row.diskUsedGibHours), sold: hours(row.diskSoldGibHours) }) },
            {
              name: t("traffic"),
              value: t("inAndOut", { received: format.bytes(row.receivedBytes), sent: format.bytes(row.transmittedBytes) }),
            },
          ]}
        />
      )}
    </Panel>
  )
}
