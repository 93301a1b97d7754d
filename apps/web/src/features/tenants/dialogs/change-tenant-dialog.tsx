"use client"
import { bounds, type Tenant } from "@plimsoll/server/contract"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { Overrule } from "@/components/overprovisioning/overrule"
import { Refusal } from "@/components/tenants/refusal"
import { useTRPC } from "@/lib/trpc"
import { PlanSelect } from "./plan-select"

/** Another plan, which holds at once or not at all, or another title. */
export function ChangeTenantDialog({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const t = useTranslations("tenants")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const plans = useQuery(trpc.plans.list.queryOptions())
  const [title, setTitle] = useState(tenant.title)
  const [plan, setPlan] = useState(tenant.plan?.id ?? "")
  const change = useMutation(
    trpc.tenants.change.mutationOptions({
      onSuccess: () =>
        Promise.all([queries.invalidateQueries(trpc.tenants.pathFilter()), queries.invalidateQueries(trpc.plans.pathFilter())]),
    }),
  )
  const otherTitle = title.trim() !== tenant.title
  const otherPlan = plan !== "" && plan !== tenant.plan?.id

  function save(overrule?: string) {
    if (!otherTitle && !otherPlan) return
    change.mutate(
      {
        tenant: tenant.name,
        ...(otherTitle && { title: title.trim() }),
        ...(otherPlan && { plan }),
        ...(overrule !== undefined && { overrule }),
      },
      {
        onSuccess: () => {
          toast.success(t("changed", { name: tenant.name }))
          onClose()
        },
      },
    )
  }

  return (
    <FormDialog
      onClose={onClose}
      title={t("changeTitle", { name: tenant.name })}
      submitLabel={t("save")}
      busy={change.isPending}
      disabled={!otherTitle && !otherPlan}
      onSubmit={save}
    >
      {plans.error ? <ErrorState compact error={plans.error} title={t("plansFailed")} onRetry={() => void plans.refetch()} /> : null}
      <Field label={t("plan")} description={otherPlan ? t("planAtOnce", { running: tenant.counts.runningContainers }) : t("planHint")}>
        <PlanSelect
          plans={plans.data ?? []}
          value={plan}
          onValueChange={(next) => {
            change.reset()
            setPlan(next)
          }}
        />
      </Field>
      <Field label={t("titleField")} optional={t("optional")} description={t("titleHint")}>
        <Input name="title" value={title} maxLength={bounds.titleLength} onChange={(event) => setTitle(event.target.value)} />
      </Field>
      {change.error ? <Refusal error={change.error} title={t("notChanged")} /> : null}
      {change.error ? <Overrule error={change.error} busy={change.isPending} onOverrule={save} /> : null}
    </FormDialog>
  )
}
