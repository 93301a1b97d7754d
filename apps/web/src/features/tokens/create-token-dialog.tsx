"use client"
import { bounds, type NewApiToken, type TokenScope, tokenScopes } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { Select } from "@/components/controls/select"
import { useTRPC } from "@/lib/trpc"
import { NewTokenDialog } from "./new-token-dialog"
import { expiryOf, type TokenLifetime, tokenLifetimes } from "./token-lifetime"

interface CreateTokenDialogProps {
  whose: { tenant?: string }
  /** A tenant's, not the provider's: it reaches less. */
  ofTenant: boolean
  onClose: () => void
}

/** A new key for a program: what it may do, and for how long. */
export function CreateTokenDialog({ whose, ofTenant, onClose }: CreateTokenDialogProps) {
  const t = useTranslations("tokens")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [name, setName] = useState("")
  const [scope, setScope] = useState<TokenScope>("read")
  const [lifetime, setLifetime] = useState<TokenLifetime>("90d")
  const [made, setMade] = useState<NewApiToken | null>(null)
  const can = ofTenant ? "can" : "canForProvider"
  const create = useMutation(trpc.tokens.create.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.tokens.pathFilter()) }))
  if (made !== null) return <NewTokenDialog made={made} onClose={onClose} />
  return (
    <FormDialog
      onClose={onClose}
      title={t("createTitle")}
      size="sm"
      submitLabel={t("create")}
      busy={create.isPending}
      disabled={name.trim() === ""}
      error={create.error}
      onSubmit={() => {
        create.mutate({ ...whose, name, scope, expiresAt: expiryOf(lifetime, Date.now()) }, { onSuccess: setMade })
      }}
    >
      <Field label={t("name")} description={t("nameHint")}>
        <Input maxLength={bounds.titleLength} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <Field label={t("scope")} description={t(`${can}.${scope}`)}>
        <Select
          value={scope}
          onValueChange={setScope}
          options={tokenScopes.map((value) => ({ value, label: t(`scopes.${value}`), description: t(`${can}.${value}`) }))}
        />
      </Field>
      <Field label={t("lifetime")}>
        <Select
          value={lifetime}
          onValueChange={setLifetime}
          options={tokenLifetimes.map((value) => ({ value, label: t(`lifetimes.${value}`) }))}
        />
      </Field>
    </FormDialog>
  )
}
