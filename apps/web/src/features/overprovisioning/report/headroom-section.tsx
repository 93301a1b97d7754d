"use client"
import { useTranslations } from "use-intl"
import { HeadroomTable } from "../headroom-table"
import type { CapacityReport } from "./read-report"
import { ReportSection } from "./report-section"

/** How many more of each plan may be sold. */
export function HeadroomSection({ report: { now } }: { report: CapacityReport }) {
  const t = useTranslations("overprovisioning.headroom")
  return (
    <ReportSection title={t("title")}>
      <HeadroomTable plans={now.plans} />
    </ReportSection>
  )
}
