"use client"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { WrongPassword } from "@/lib/two-factor"

interface PasswordDialogProps {
  title: string
  description: string
  confirmLabel: string
  danger?: boolean
  /** Rejects with `WrongPassword`. It is closed from outside. */
  onConfirm: (password: string) => Promise<void>
  onClose: () => void
}

/** Asks for the password once more, before how one signs in is changed: a screen left open is not enough for that. */
export function PasswordDialog({ title, description, confirmLabel, danger = false, onConfirm, onClose }: PasswordDialogProps) {
  const t = useTranslations("account")
  const [password, setPassword] = useState("")
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const wrong = error instanceof WrongPassword

  async function confirm() {
    setError(null)
    setBusy(true)
    try {
      await onConfirm(password)
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
      submitLabel={confirmLabel}
      danger={danger}
      busy={busy}
      disabled={password === ""}
      error={wrong ? null : error}
      onSubmit={() => {
        void confirm()
      }}
    >
      <Field label={t("yourPassword")} error={wrong ? t("wrongPassword") : null}>
        <Input type="password" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.target.value)} />
      </Field>
    </FormDialog>
  )
}
