"use client"
import { bounds, type NewApiToken, type TokenScope, tokenScopes } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
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
  const controls = useTranslations("controls")
  const form = useId()
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
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("createTitle")}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{controls("cancel")}</Button>
          <Button type="submit" form={form} variant="primary" busy={create.isPending} disabled={name.trim() === ""}>
            {t("create")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          create.mutate({ ...whose, name, scope, expiresAt: expiryOf(lifetime, Date.now()) }, { onSuccess: setMade })
        }}
      >
        <Field label={t("name")} description={t("nameHint")}>
          <Input autoFocus maxLength={bounds.titleLength} value={name} onChange={(event) => setName(event.target.value)} />
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
        {create.error ? <ErrorState error={create.error} compact /> : null}
      </form>
    </Dialog>
  )
}
