"use client"
import type { Plan } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { Layers, Plus } from "lucide-react"
import { parseAsBoolean, parseAsString, useQueryStates } from "nuqs"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { isUnreachable } from "@/lib/errors"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { PlanDialog } from "./plan-dialog"
import { planForm } from "./plan-form"
import { PlansTable } from "./plans-table"
import { RemovePlanDialog } from "./remove-plan-dialog"

/** The tariffs: what each promises, who has it, and how it is changed. */
export function PlansPage() {
  const t = useTranslations("plans")
  const controls = useTranslations("controls")
  const mayChange = useMay()("plans.change")
  const [{ add, copy, plan: opened }, setQuery] = useQueryStates(
    /** Ids of the plan that a new one is a copy of, and of the one that is changed. */
    { add: parseAsBoolean.withDefault(false), copy: parseAsString, plan: parseAsString },
    { history: "replace" },
  )
  const [removing, setRemoving] = useState<Plan | null>(null)
  const plans = useQuery(useTRPC().plans.list.queryOptions(undefined, { refetchInterval: 15_000 }))
  const find = (id: string | null) => plans.data?.find((each) => each.id === id)
  const copied = find(copy)
  const changed = find(opened)
  const close = () => void setQuery({ add: null, copy: null, plan: null })
  const create = mayChange ? (
    <Button variant="primary" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => void setQuery({ add: true })}>
      {t("create")}
    </Button>
  ) : null
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={plans.data?.length === 0 ? null : create} />
      {plans.error && !(plans.data && isUnreachable(plans.error)) ? (
        <ErrorState error={plans.error} title={t("failed")} onRetry={() => void plans.refetch()} />
      ) : plans.data === undefined ? (
        <Panel>
          <SkeletonRows label={controls("loading")} />
        </Panel>
      ) : plans.data.length === 0 ? (
        <Panel>
          <EmptyState icon={<Layers />} title={t("empty")} action={create}>
            {t("emptyHint")}
          </EmptyState>
        </Panel>
      ) : (
        <PlansTable
          plans={plans.data}
          mayChange={mayChange}
          onChange={({ id }) => void setQuery({ plan: id })}
          onCopy={({ id }) => void setQuery({ add: true, copy: id })}
          onRemove={setRemoving}
        />
      )}
      {add && mayChange && plans.data !== undefined ? (
        <PlanDialog
          key={copy}
          known={null}
          start={copied === undefined ? planForm() : planForm(t("copyOf", { name: copied.name }), copied.terms)}
          onClose={close}
        />
      ) : null}
      {changed !== undefined && mayChange ? (
        <PlanDialog key={changed.id} known={changed} start={planForm(changed.name, changed.terms)} onClose={close} />
      ) : null}
      <RemovePlanDialog plan={removing} onClose={() => setRemoving(null)} />
    </>
  )
}
