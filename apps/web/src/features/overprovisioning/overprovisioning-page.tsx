"use client"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { Skeleton } from "@/components/controls/skeleton"
import { CrossSections } from "@/components/overprovisioning/cross-sections"
import { LoadLineSentence } from "@/components/overprovisioning/load-line-sentence"
import { Remarks } from "@/components/overprovisioning/remarks"
import { useOverprovisioningNow } from "@/components/overprovisioning/use-overprovisioning-now"
import { useRemarkText } from "@/components/overprovisioning/use-remark-text"
import { FiguresAge } from "./figures-age"
import { HeadroomPanel } from "./headroom-panel"
import { LadderPanel } from "./ladder-panel"
import { LineHistory } from "./line-history"
import { MachineFigures } from "./machine-figures"
import { OverprovisioningTabs } from "./overprovisioning-tabs"
import { PredictionPanel } from "./prediction-panel"
import { PressurePanel } from "./pressure-panel"
import { ResourceTable } from "./resource-table"
import { SalesPanel } from "./sales-panel"

/** What was sold beyond what is there: how much, how near to the load line, to whom, and what the ladder did about it. */
export function OverprovisioningPage() {
  const t = useTranslations("overprovisioning")
  const remarkText = useRemarkText()
  const { now, receivedAt, error } = useOverprovisioningNow()
  return (
    <div className="flex flex-col gap-4">
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={now === undefined ? null : <FiguresAge at={now.at} receivedAt={receivedAt} error={error} />}
      />
      <OverprovisioningTabs />
      {error !== null ? <ErrorState error={error} title={t("failed")} compact={now !== undefined} /> : null}
      {now === undefined ? (
        error === null ? (
          <div role="status" aria-label={t("loading")}>
            <Skeleton className="h-96 rounded-panel" />
          </div>
        ) : null
      ) : (
        <>
          <LoadLineSentence now={now} />
          <CrossSections now={now} />
          <ResourceTable lines={now.resources} />
          <PredictionPanel now={now} />
          <LineHistory />
          <div className="grid gap-4 lg:grid-cols-2">
            <HeadroomPanel plans={now.plans} />
            <Remarks remarks={now.remarkFacts.map(remarkText)} />
          </div>
          <SalesPanel />
          <LadderPanel ladder={now.ladder} />
          <PressurePanel pressure={now.pressure} />
          <MachineFigures memory={now.memory} disks={now.disks} />
        </>
      )}
    </div>
  )
}
