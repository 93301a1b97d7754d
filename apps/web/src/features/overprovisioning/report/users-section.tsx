"use client"
import { useTranslations } from "use-intl"
import { SalesTable } from "../sales-table"
import type { CapacityReport } from "./read-report"
import { ReportSection } from "./report-section"

/** Who uses most, and who least, of what they bought, and which plan would fit them. */
export function UsersSection({ report: { sales } }: { report: CapacityReport }) {
  const t = useTranslations("overprovisioning")
  return sales.map(({ resource, uses }) =>
    (["over", "under"] as const).map((list) => {
      const title = `${t(`resource.${resource}`)}: ${t(`sales.${list}Lower`)}`
      return (
        <ReportSection key={`${resource} ${list}`} title={title}>
          <SalesTable label={title} sales={uses[list]} />
        </ReportSection>
      )
    }),
  )
}
