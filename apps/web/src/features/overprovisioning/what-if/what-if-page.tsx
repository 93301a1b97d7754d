"use client"
import type { WhatIfResource } from "@plimsoll/server/contract"
import { History, RotateCcw } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Button, buttonClass } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { Panel } from "@/components/controls/panel"
import { Skeleton } from "@/components/controls/skeleton"
import { useOverprovisioningNow } from "@/components/overprovisioning/use-overprovisioning-now"
import { OverprovisioningTabs } from "../overprovisioning-tabs"
import { AnswerPanel } from "./answer-panel"
import { TermsForm } from "./terms-form"
import { useAnswers } from "./use-answers"
import { useTerms } from "./use-terms"

/** This machine's own history once more, with other terms. */
export function WhatIfPage() {
  const t = useTranslations("whatIf")
  const { now, error } = useOverprovisioningNow()
  return (
    <div className="flex flex-col gap-4">
      <PageHeader title={t("title")} description={t("description")} />
      <OverprovisioningTabs />
      {now !== undefined ? (
        <Questions theta={now.settings.theta} />
      ) : error === null ? (
        <Waiting />
      ) : (
        <ErrorState error={error} title={t("failed")} />
      )}
    </div>
  )
}

function Questions({ theta }: { theta: Record<WhatIfResource, number> }) {
  const t = useTranslations("whatIf")
  const { terms, thetaNow, change, changed, reset } = useTerms(theta)
  const { now, asked } = useAnswers(terms, { thetaNow, changed })
  const error = now.error ?? asked.error
  return (
    <div className="grid items-start gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
      <Panel
        title={t("terms")}
        aside={
          <Button size="sm" variant="ghost" icon={<RotateCcw aria-hidden className="size-3.5" />} disabled={!changed} onClick={reset}>
            {t("reset")}
          </Button>
        }
      >
        <TermsForm terms={terms} change={change} />
      </Panel>
      <div className="flex min-w-0 flex-col gap-4">
        {error === null ? null : (
          <ErrorState error={error} title={t("failed")} compact onRetry={() => void (now.error ? now : asked).refetch()} />
        )}
        {now.data === undefined ? (
          error === null ? (
            <Waiting />
          ) : null
        ) : now.data.days === 0 ? (
          <EmptyState
            icon={<History aria-hidden />}
            title={t("empty.title")}
            action={
              <Link href="/overprovisioning" className={buttonClass()}>
                {t("empty.action")}
              </Link>
            }
          >
            {t("empty.text")}
          </EmptyState>
        ) : (
          <AnswerPanel
            resource={terms.resource}
            now={now.data}
            asked={changed ? asked.data : undefined}
            stale={now.isFetching || asked.isFetching || now.isPlaceholderData || asked.isPlaceholderData}
          />
        )}
      </div>
    </div>
  )
}

function Waiting() {
  const t = useTranslations("whatIf")
  return (
    <div role="status" aria-label={t("loading")}>
      <Skeleton className="h-96 rounded-panel" />
    </div>
  )
}
