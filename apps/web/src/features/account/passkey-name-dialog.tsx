"use client"
import { bounds } from "@plimsoll/server/contract"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
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
  const [name, setName] = useState(initial)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  // The auth library wants a recent sign-in for a new way in.
  const stale = error instanceof AuthRefusal && error.code === "SESSION_NOT_FRESH"

  async function submit() {
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
    <FormDialog
      onClose={onClose}
      title={title}
      description={description}
      size="sm"
      submitLabel={submitLabel}
      busy={busy}
      disabled={name.trim() === ""}
      error={stale ? null : error}
      onSubmit={() => {
        void submit()
      }}
    >
      <Field label={t("name")} description={t("nameHint")}>
        <Input maxLength={bounds.titleLength} value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      {stale ? (
        <p role="alert" className="text-bad-ink">
          {t("signInAgain")}
        </p>
      ) : null}
    </FormDialog>
  )
}
