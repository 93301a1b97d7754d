"use client"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Skeleton } from "@/components/controls/skeleton"
import { CrossSections } from "@/components/overprovisioning/cross-sections"
import { Remarks } from "@/components/overprovisioning/remarks"
import { useOverprovisioningNow } from "@/components/overprovisioning/use-overprovisioning-now"
import { useRemarkText } from "@/components/overprovisioning/use-remark-text"

/** The load line at a glance, for staff; what it comes to stands in the headline. */
export function LoadLineOverview() {
  const t = useTranslations("overprovisioning")
  const remarkText = useRemarkText()
  const { now, error } = useOverprovisioningNow()
  if (now === undefined) {
    if (error !== null) return <ErrorState error={error} title={t("failed")} compact />
    return <Skeleton className="h-52 rounded-panel" />
  }
  return (
    <div className="flex flex-col gap-3">
      <CrossSections now={now} />
      {now.remarkFacts.length > 0 ? <Remarks remarks={now.remarkFacts.map(remarkText)} /> : null}
    </div>
  )
}
