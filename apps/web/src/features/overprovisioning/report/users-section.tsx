"use client"
import { useTranslations } from "use-intl"
import { SalesTable } from "../sales-table"
import type { CapacityReport } from "./read-report"
import { ReportSection } from "./report-section"

/** Who uses most, and who least, of what they bought, and which plan would fit them. */
export function UsersSection({ report: { sales } }: { report: CapacityReport }) {
  const t = useTranslations("overprovisioning")
  if (sales.every(({ uses }) => uses.over.length === 0))
    return (
      <ReportSection title={t("sales.title")}>
        <p>{t("sales.none")}</p>
      </ReportSection>
    )
  return sales.map(({ resource, uses }) => (
    <ReportSection key={resource} title={t("sales.of", { resource: t(`resource.${resource}`) })}>
      {(["over", "under"] as const).map((list) => (
        <div key={list} className="mt-2 break-inside-avoid">
          <h3 className="font-medium">{t(`sales.${list}`)}</h3>
          <SalesTable label={`${t(`resource.${resource}`)}: ${t(`sales.${list}`)}`} sales={uses[list]} />
        </div>
      ))}
    </ReportSection>
  ))
}
