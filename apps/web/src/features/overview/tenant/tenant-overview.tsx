"use client"
import { useQuery } from "@tanstack/react-query"
import { Plus } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { buttonClass } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { SkeletonRows } from "@/components/controls/skeleton"
import { isUnreachable } from "@/lib/errors"
import { useContainersLive } from "@/lib/live"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { ByState } from "../by-state"
import { LatestEvents } from "../latest-events"
import { TopConsumers } from "../top-consumers"
import { MonthPanel } from "./month-panel"
import { CpuUse, DiskUse, MemoryUse } from "./plan-bars"
import { PlanPanel } from "./plan-panel"
import { StandingNotice } from "./standing-notice"
import { sumRows } from "./sum-rows"

/** How often the plan and its use are read; the containers' own figures come each second. */
const EVERY_MS = 5000

/** What a tenant bought, how much of it is used, and by which of its containers. */
export function TenantOverview({ name }: { name: string }) {
  const t = useTranslations("tenantView")
  const may = useMay()
  const { data: tenant, error, refetch } = useQuery(useTRPC().tenants.inspect.queryOptions({ tenant: name }, { refetchInterval: EVERY_MS }))
  const { data: live } = useContainersLive()
  if (tenant === undefined) {
    if (error) return <ErrorState error={error} title={t("failed")} onRetry={() => void refetch()} />
    return <SkeletonRows label={t("loading")} rows={12} />
  }
  const sums = sumRows(live?.rows ?? [])
  const { plan } = tenant
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={tenant.title === "" ? tenant.name : tenant.title}
        description={plan === null ? t("withoutPlan") : t("onPlan", { plan: plan.name })}
        actions={
          may("containers.create") ? (
            <Link href="/containers/new" className={buttonClass({ variant: "primary" })}>
              <Plus aria-hidden className="size-3.5" />
              {t("create")}
            </Link>
          ) : null
        }
      />
      <StandingNotice tenant={tenant} />
      {error && !isUnreachable(error) ? <ErrorState error={error} compact onRetry={() => void refetch()} /> : null}
      <div className="grid gap-4 md:grid-cols-2 xl:grid-cols-3">
        <MemoryUse tenant={tenant} />
        <CpuUse tenant={tenant} />
        <DiskUse tenant={tenant} />
      </div>
      <div className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-3">
        <PlanPanel tenant={tenant} />
        <ByState counts={sums.counts} napping={(live?.rows ?? []).filter((row) => row.nap !== undefined).length} />
        <MonthPanel tenant={name} />
      </div>
      <div className="grid items-start gap-4 md:grid-cols-2 xl:grid-cols-3">
        <TopConsumers kind="memory" consumers={sums.topMemory} total={plan?.terms.memoryMaxBytes ?? Math.max(1, tenant.used.memoryBytes)} />
        <TopConsumers kind="cpu" consumers={sums.topCpu} total={plan?.terms.cpuMaxCores ?? Math.max(1, tenant.used.cpuCores)} />
        <LatestEvents />
      </div>
    </div>
  )
}
