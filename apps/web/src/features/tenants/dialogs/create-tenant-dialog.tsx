"use client"
import { bounds, createTenantInput } from "@plimsoll/server/contract"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import Link from "next/link"
import { useRouter } from "next/navigation"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { SkeletonRows } from "@/components/controls/skeleton"
import { toast } from "@/components/controls/toast"
import { Overrule } from "@/components/overprovisioning/overrule"
import { Refusal } from "@/components/tenants/refusal"
import { errorCode, useExplainError } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { tenantHref } from "../tenant-href"
import { PlanSelect } from "./plan-select"

interface CreateTenantDialogProps {
  /** Of a tenant that only the engine knows yet; `""`: a new one. */
  name: string
  onClose: () => void
}

/** A new customer, or a plan for one whose containers are there already. */
export function CreateTenantDialog({ name: given, onClose }: CreateTenantDialogProps) {
  const t = useTranslations("tenants")
  const controls = useTranslations("controls")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const router = useRouter()
  const plans = useQuery(trpc.plans.list.queryOptions())
  const [name, setName] = useState(given)
  const [title, setTitle] = useState("")
  const [chosen, setChosen] = useState("")
  const create = useMutation(
    trpc.tenants.create.mutationOptions({
      onSuccess: () =>
        Promise.all([queries.invalidateQueries(trpc.tenants.pathFilter()), queries.invalidateQueries(trpc.plans.pathFilter())]),
    }),
  )
  const explained = useExplainError(create.error)
  const nameTaken = create.error !== null && errorCode(create.error) === "name_in_use"
  const plan = chosen === "" ? (plans.data?.[0]?.id ?? "") : chosen
  const { data: input, error } = createTenantInput.safeParse({ tenant: name, title, plan })
  const nameIsWrong = name !== "" && (error?.issues ?? []).some(({ path }) => path[0] === "tenant")
  const none = plans.data?.length === 0

  function save(overrule?: string) {
    if (input === undefined) return
    create.mutate(overrule === undefined ? input : { ...input, overrule }, {
      onSuccess: () => {
        toast.success(t("created", { name }))
        // Its page takes the place of the one that this stands on: closing it too would write that one's address anew.
        router.push(tenantHref(name))
      },
    })
  }

  return (
    <FormDialog
      onClose={onClose}
      title={given === "" ? t("createTitle") : t("givePlanTitle", { name: given })}
      submitLabel={t(given === "" ? "create" : "givePlan")}
      busy={create.isPending}
      disabled={input === undefined}
      onSubmit={save}
    >
      {plans.error ? (
        <ErrorState compact error={plans.error} title={t("plansFailed")} onRetry={() => void plans.refetch()} />
      ) : plans.data === undefined ? (
        <SkeletonRows rows={3} label={controls("loading")} />
      ) : (
        <>
          {given === "" ? (
            <Field
              label={t("name")}
              description={t("nameHint")}
              error={nameIsWrong ? t("nameInvalid") : nameTaken ? explained.message : null}
            >
              <Input
                mono
                name="tenant"
                value={name}
                maxLength={bounds.tenantLength}
                placeholder="acme"
                onChange={(event) => {
                  create.reset()
                  setName(event.target.value)
                }}
              />
            </Field>
          ) : null}
          <Field label={t("titleField")} optional={t("optional")} description={t("titleHint")}>
            <Input name="title" value={title} maxLength={bounds.titleLength} onChange={(event) => setTitle(event.target.value)} />
          </Field>
          {none ? (
            <p className="rounded-control border border-warn/50 p-3">
              {t("noPlansYet")}{" "}
              <Link href="/plans?add=true" className="rounded underline">
                {t("makePlan")}
              </Link>
            </p>
          ) : (
            <Field label={t("plan")}>
              <PlanSelect plans={plans.data} value={plan} onValueChange={setChosen} />
            </Field>
          )}
          {create.error && !nameTaken ? <Refusal error={create.error} title={t("notCreated")} /> : null}
          {create.error ? <Overrule error={create.error} busy={create.isPending} onOverrule={save} /> : null}
        </>
      )}
    </FormDialog>
  )
}
