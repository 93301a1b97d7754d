"use client"
import { bounds } from "@plimsoll/server/contract"
import { type FormEvent, useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { AuthRefusal } from "@/lib/auth-request"

interface PasskeyNameDialogProps {
  title: string
  description?: string
  submitLabel: string
  initial: string
  onSubmit: (name: string) => Promise<void>
  onClose: () => void
}

/** By which name one will know a passkey again. It is closed from outside; called off in the browser, it stays. */
export function PasskeyNameDialog({ title, description, submitLabel, initial, onSubmit, onClose }: PasskeyNameDialogProps) {
  const t = useTranslations("passkeys")
  const controls = useTranslations("controls")
  const form = useId()
  const [name, setName] = useState(initial)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  // The auth library wants a recent sign-in for a new way in.
  const stale = error instanceof AuthRefusal && error.code === "SESSION_NOT_FRESH"

  async function submit(event: FormEvent) {
    event.preventDefault()
    setError(null)
    setBusy(true)
    try {
      await onSubmit(name.trim())
    } catch (reason) {
      setError(reason)
    }
    setBusy(false)
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={title}
      description={description}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{controls("cancel")}</Button>
          <Button type="submit" form={form} variant="primary" busy={busy} disabled={name.trim() === ""}>
            {submitLabel}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          void submit(event)
        }}
      >
        <Field label={t("name")} description={t("nameHint")}>
          <Input autoFocus maxLength={bounds.titleLength} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        {stale ? (
          <p role="alert" className="text-bad-ink">
            {t("signInAgain")}
          </p>
        ) : error === null ? null : (
          <ErrorState error={error} compact />
        )}
      </form>
    </Dialog>
  )
}
