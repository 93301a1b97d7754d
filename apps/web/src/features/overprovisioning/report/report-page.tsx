"use client"
import { Printer, RefreshCw } from "lucide-react"
import { parseAsStringLiteral, useQueryState } from "nuqs"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { Skeleton } from "@/components/controls/skeleton"
import { LoadLineSentence } from "@/components/overprovisioning/load-line-sentence"
import { useRemarkText } from "@/components/overprovisioning/use-remark-text"
import { useFormat } from "@/lib/use-format"
import { DiskFacts } from "../disk-facts"
import { OverprovisioningTabs } from "../overprovisioning-tabs"
import { ChartsSection } from "./charts-section"
import { EventsSection } from "./events-section"
import { FiguresSection } from "./figures-section"
import { GapsSection } from "./gaps-section"
import { HeadroomSection } from "./headroom-section"
import { MachineSection } from "./machine-section"
import type { CapacityReport } from "./read-report"
import { ReportSection } from "./report-section"
import { SettingsSection } from "./settings-section"
import { useCapacityReport } from "./use-capacity-report"
import { UsersSection } from "./users-section"

const periods = ["7", "30", "90"] as const

/** What this machine has, sold and used in a period, as a paper to print. */
export function ReportPage() {
  const t = useTranslations("capacityReport")
  const format = useFormat()
  const [days, setDays] = useQueryState("days", parseAsStringLiteral(periods).withDefault("30").withOptions({ history: "replace" }))
  const { data: report, error, isFetching, refetch } = useCapacityReport(Number(days))
  return (
    <div className="flex flex-col">
      <PageHeader
        title={t("title")}
        description={report === undefined ? t("description") : t("made", { time: format.dateTime(report.to) })}
        actions={
          <div className="flex flex-wrap gap-2 print:hidden">
            <Button icon={<RefreshCw aria-hidden className="size-3.5" />} busy={isFetching} onClick={() => void refetch()}>
              {t("again")}
            </Button>
            <Button
              variant="primary"
              icon={<Printer aria-hidden className="size-3.5" />}
              disabled={report === undefined}
              onClick={() => window.print()}
            >
              {t("print")}
            </Button>
          </div>
        }
      />
      <OverprovisioningTabs />
      <fieldset className="my-4 flex flex-wrap gap-1.5 print:hidden">
        <legend className="sr-only">{t("period")}</legend>
        {periods.map((period) => (
          <Button
            key={period}
            size="sm"
            variant={period === days ? "default" : "ghost"}
            aria-pressed={period === days}
            onClick={() => void setDays(period)}
          >
            {t("lastDays", { days: Number(period) })}
          </Button>
        ))}
      </fieldset>
      {error === null ? null : (
        <ErrorState error={error} title={t("failed")} compact={report !== undefined} onRetry={() => void refetch()} />
      )}
      {report !== undefined ? (
        <Paper report={report} />
      ) : error === null ? (
        <div role="status" aria-label={t("loading")}>
          <Skeleton className="h-96 rounded-panel" />
        </div>
      ) : null}
    </div>
  )
}

/** As wide as a page of A4 less its margins, so that what is seen is what is printed. */
function Paper({ report }: { report: CapacityReport }) {
  const t = useTranslations("capacityReport")
  const remarkText = useRemarkText()
  return (
    <article
      aria-label={t("title")}
      className="flex w-full max-w-[46.5rem] flex-col gap-5 rounded-panel border border-line bg-panel p-5 max-sm:p-3 print:max-w-none print:border-0 print:p-0"
    >
      <LoadLineSentence now={report.now} />
      <MachineSection report={report} />
      <FiguresSection report={report} />
      <HeadroomSection report={report} />
      <ReportSection title={t("remarks")}>
        {report.now.remarkFacts.length === 0 ? (
          <p>{t("noRemarks")}</p>
        ) : (
          <ul className="list-disc pl-5">
            {report.now.remarkFacts.map(remarkText).map((remark) => (
              <li key={remark}>{remark}</li>
            ))}
          </ul>
        )}
      </ReportSection>
      <ChartsSection report={report} />
      <UsersSection report={report} />
      <EventsSection report={report} />
      <ReportSection title={t("disks")}>
        <DiskFacts disks={report.now.disks} />
      </ReportSection>
      <GapsSection report={report} />
      <SettingsSection report={report} />
    </article>
  )
}
