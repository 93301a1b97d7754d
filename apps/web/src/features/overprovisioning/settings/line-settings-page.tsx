"use client"
import { useQuery } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { SkeletonRows } from "@/components/controls/skeleton"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { OverprovisioningTabs } from "../overprovisioning-tabs"
import { LadderForm } from "./ladder-form"
import { LineForm } from "./line-form"

const EVERY_MS = 5000

/** How much of this machine may be sold, and what is done when memory gets scarce. */
export function LineSettingsPage() {
  const t = useTranslations("lineSettings")
  const overprovisioning = useTranslations("overprovisioning")
  const may = useMay()
  const { data: now, error, refetch } = useQuery(useTRPC().overprovisioning.now.queryOptions(undefined, { refetchInterval: EVERY_MS }))
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title={overprovisioning("title")} description={t(may("overprovisioning.changeSettings") ? "description" : "readOnly")} />
      <OverprovisioningTabs />
      {error === null ? null : (
        <ErrorState error={error} title={overprovisioning("failed")} compact={now !== undefined} onRetry={() => void refetch()} />
      )}
      {now === undefined ? (
        error === null ? (
          <SkeletonRows rows={8} label={overprovisioning("loading")} />
        ) : null
      ) : (
        <>
          <LineForm set={now.set} defaults={now.defaults} />
          <LadderForm settings={now.ladder.settings} defaults={now.ladder.defaults} />
        </>
      )}
    </div>
  )
}
