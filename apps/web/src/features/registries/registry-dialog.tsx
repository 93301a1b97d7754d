"use client"
import type { RegistrySummary } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { PlugZap, TriangleAlert } from "lucide-react"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Checkbox } from "@/components/controls/checkbox"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input, TextArea } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { changedRegistryOf, emptyRegistryForm, newRegistryOf, type RegistryForm, registryProblems, typedCredentials } from "./registry-form"
import { sendsPasswordOpenly } from "./sends-password-openly"
import { TestOutcome } from "./test-outcome"

interface RegistryDialogProps {
  /** As it is kept; `null`: it is a new one. */
  known: RegistrySummary | null
  /** Name of a new one. */
  suggested: string
  onClose: () => void
}

/** A new registry, or a known one's settings. What was typed can be tested before it is kept. */
export function RegistryDialog({ known, suggested, onClose }: RegistryDialogProps) {
  const t = useTranslations("registries")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [form, setForm] = useState(() => emptyRegistryForm(known, suggested))
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set())
  const refresh = () => queries.invalidateQueries(trpc.registries.pathFilter())
  const add = useMutation(trpc.registries.add.mutationOptions({ onSuccess: refresh }))
  const change = useMutation(trpc.registries.change.mutationOptions({ onSuccess: refresh }))
  const test = useMutation(trpc.registries.test.mutationOptions())
  const { registry, username, password, forget, plainHttp } = form
  const problems = registryProblems(form, known)
  const saving = add.isPending || change.isPending
  const kept = known?.username ?? null
  const withPassword = !forget && username !== "" && (password !== "" || kept !== null)

  function set(part: Partial<RegistryForm>) {
    setForm({ ...form, ...part })
    // What was tested is not what stands there now.
    test.reset()
  }
  /** Not before the field was left: nobody wants to be told while typing. */
  function problem(field: keyof RegistryForm) {
    const found = problems.find((each) => each.field === field)
    return found && left.has(field) ? t(found.key, { name: kept ?? "" }) : null
  }
  const leave = (field: keyof RegistryForm) => () => setLeft(new Set([...left, field]))

  function save() {
    const onSuccess = () => {
      toast.success(t(known === null ? "added" : "changed", { registry }))
      onClose()
    }
    if (known === null) add.mutate(newRegistryOf(form), { onSuccess })
    else change.mutate(changedRegistryOf(form, known), { onSuccess })
  }

  function tryIt() {
    const credentials = typedCredentials(form)
    test.mutate({ registry, plainHttp, ...(credentials === undefined ? {} : { credentials }) })
  }

  return (
    <FormDialog
      onClose={onClose}
      title={known === null ? t("addTitle") : t("changeTitle", { registry: known.registry })}
      submitLabel={t(known === null ? "add" : "save")}
      busy={saving}
      disabled={problems.length > 0}
      aside={
        <Button
          className="mr-auto"
          icon={<PlugZap aria-hidden className="size-3.5" />}
          busy={test.isPending}
          disabled={problems.length > 0}
          onClick={tryIt}
        >
          {t("test")}
        </Button>
      }
      error={add.error ?? change.error}
      errorTitle={t(known === null ? "notAdded" : "notChanged")}
      onSubmit={save}
    >
      {known === null ? (
        <Field label={t("registry")} description={t("registryHint")} error={problem("registry")}>
          <Input
            mono
            value={registry}
            onChange={(event) => set({ registry: event.target.value.trim() })}
            onBlur={registry === "" ? undefined : leave("registry")}
          />
        </Field>
      ) : null}
      <div className="grid grid-cols-2 gap-3.5 max-sm:grid-cols-1">
        <Field label={t("username")} optional={t("optional")} error={problem("username")}>
          <Input
            autoComplete="off"
            disabled={forget}
            value={username}
            onChange={(event) => set({ username: event.target.value })}
            onBlur={leave("username")}
          />
        </Field>
        <Field
          label={t("password")}
          description={
            kept !== null && username === kept && !forget
              ? t("passwordStays")
              : registry === "docker.io"
                ? t("dockerHubHint")
                : t("passwordHint")
          }
          error={problem("password")}
        >
          <Input
            type="password"
            autoComplete="new-password"
            disabled={forget}
            value={password}
            onChange={(event) => set({ password: event.target.value })}
            onBlur={leave("password")}
          />
        </Field>
      </div>
      {kept === null ? null : (
        <Checkbox checked={forget} onCheckedChange={(next) => set({ forget: next })} description={t("forgetHint")}>
          {t("forget")}
        </Checkbox>
      )}
      <Checkbox checked={plainHttp} onCheckedChange={(next) => set({ plainHttp: next })} description={t("plainHttpHint")}>
        {t("plainHttp")}
      </Checkbox>
      {sendsPasswordOpenly({ registry, plainHttp, withPassword }) ? (
        <p role="alert" className="flex items-start gap-2 rounded-control border border-warn/50 p-3">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn-ink" />
          {t("plainHttpWarning")}
        </p>
      ) : null}
      <Field label={t("mirrors")} optional={t("optional")} description={t("mirrorsHint")} error={problem("mirrors")}>
        <TextArea mono rows={2} value={form.mirrors} onChange={(event) => set({ mirrors: event.target.value })} onBlur={leave("mirrors")} />
      </Field>
      <TestOutcome test={test} username={typedCredentials(form)?.username ?? (forget ? null : kept)} plainHttp={plainHttp} />
    </FormDialog>
  )
}
