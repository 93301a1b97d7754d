"use client"
import { useTranslations } from "use-intl"
import { LineChart, RatioChart } from "../line-chart"
import type { CapacityReport } from "./read-report"
import { ReportSection } from "./report-section"

/** The period as graphs, at most as wide as a page of paper, so that printing changes nothing of them. */
export function ChartsSection({ report: { histories, from, to } }: { report: CapacityReport }) {
  const t = useTranslations("capacityReport.charts")
  const resources = useTranslations("overprovisioning.resource")
  return (
    <section aria-label={t("title")} className="flex max-w-168 flex-col gap-3 [&_figure]:break-inside-avoid">
      {histories.map(({ resource, history }) => (
        <ReportSection key={resource} title={t("of", { resource: resources(resource) })}>
          <LineChart title={t("amounts")} resource={resource} history={history} from={from} to={to} />
          <RatioChart title={t("ratios")} history={history} from={from} to={to} />
        </ReportSection>
      ))}
    </section>
  )
}
