"use client"
import { bounds, type Plan } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { Overrule } from "@/components/overprovisioning/overrule"
import { Refusal } from "@/components/tenants/refusal"
import { useExplainError } from "@/lib/errors"
import { useHosts } from "@/lib/live"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { PlanEffect } from "./plan-effect"
import { PlanFields } from "./plan-fields"
import { changedTerms, numberTerms, type PlanField, type PlanForm, planProblems, termsOf } from "./plan-form"
import { refusedField } from "./refused-field"

interface PlanDialogProps {
  /** The plan that is changed; `null`: it is a new one. */
  known: Plan | null
  /** What the form begins with. */
  start: PlanForm
  onClose: () => void
}

/** A new plan, or a known one's terms. What a change does is said before it is made; a refusal, beside its field where it has one. */
export function PlanDialog({ known, start, onClose }: PlanDialogProps) {
  const t = useTranslations("plans")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [form, setForm] = useState(start)
  const [tried, setTried] = useState(false)
  const refresh = () =>
    Promise.all([queries.invalidateQueries(trpc.plans.pathFilter()), queries.invalidateQueries(trpc.tenants.pathFilter())])
  const create = useMutation(trpc.plans.create.mutationOptions({ onSuccess: refresh }))
  const change = useMutation(trpc.plans.change.mutationOptions({ onSuccess: refresh }))
  const error = create.error ?? change.error
  const explained = useExplainError(error)
  const refused = error === null ? undefined : refusedField(error)
  const problem = useProblemWords(form, tried)
  const terms = termsOf(form)
  const name = form.name.trim()
  const sameTerms = known !== null && terms !== undefined && changedTerms(known.terms, terms).length === 0
  const unchanged = sameTerms && name === known.name
  const runtimes = [...new Set(useHosts().list.flatMap(({ info }) => (info?.ociRuntimes ?? []).map((runtime) => runtime.name)))].sort()

  function edit(next: PlanForm) {
    setForm(next)
    // What was refused is something else now.
    create.reset()
    change.reset()
  }

  function save(overrule?: string) {
    setTried(true)
    if (terms === undefined || name === "" || unchanged) return
    const onSuccess = () => {
      toast.success(t(known === null ? "created" : "changed", { name }))
      onClose()
    }
    if (known === null) return create.mutate({ name, terms }, { onSuccess })
    change.mutate(
      {
        plan: known.id,
        ...(name === known.name ? {} : { name }),
        ...(sameTerms ? {} : { terms }),
        ...(overrule === undefined ? {} : { overrule }),
      },
      { onSuccess },
    )
  }

  const words = (field: PlanField) => (refused === field ? explained.message : problem(field))
  return (
    <FormDialog
      onClose={onClose}
      title={known === null ? t("createTitle") : t("changeTitle", { name: known.name })}
      description={known === null ? t("createDescription") : undefined}
      size="lg"
      submitLabel={t(known === null ? "create" : "save")}
      busy={create.isPending || change.isPending}
      disabled={unchanged}
      onSubmit={save}
    >
      <Field label={t("name")} error={words("name")} className="max-w-80 max-sm:max-w-none">
        <Input
          name="name"
          value={form.name}
          maxLength={bounds.titleLength}
          placeholder="Small"
          onChange={(event) => edit({ ...form, name: event.target.value })}
        />
      </Field>
      <PlanFields form={form} onChange={edit} problem={words} runtimes={runtimes} />
      {known !== null && terms !== undefined ? <PlanEffect plan={known} terms={terms} /> : null}
      {error === null || refused !== undefined ? null : <Refusal error={error} title={t(known === null ? "notCreated" : "notChanged")} />}
      {change.error === null ? null : <Overrule error={change.error} busy={change.isPending} onOverrule={save} />}
    </FormDialog>
  )
}

/** What is wrong with a field, in words. An empty one is only told once one tried to save: nobody wants to be told while typing. */
function useProblemWords(form: PlanForm, tried: boolean): (field: PlanField) => string | null {
  const t = useTranslations("plans.problem")
  const format = useFormat()
  const problems = planProblems(form)
  return (field) => {
    const found = problems.get(field)
    if (found === undefined || (found === "missing" && !tried)) return null
    if (found !== "range") return t(found)
    const term = numberTerms.find(({ key }) => key === field)
    if (term === undefined) return t("missing")
    const write = term.kind === "bytes" ? format.bytes : term.kind === "bits" ? format.bitsPerSecond : format.number
    return term.max === Number.MAX_SAFE_INTEGER
      ? t("atLeast", { min: write(term.min) })
      : t("range", { min: write(term.min), max: write(term.max) })
  }
}
