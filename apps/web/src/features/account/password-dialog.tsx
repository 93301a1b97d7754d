"use client"
import { type FormEvent, useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
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
  const controls = useTranslations("controls")
  const form = useId()
  const [password, setPassword] = useState("")
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const wrong = error instanceof WrongPassword

  async function confirm(event: FormEvent) {
    event.preventDefault()
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
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={title}
      description={description}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{controls("cancel")}</Button>
          <Button type="submit" form={form} variant={danger ? "danger" : "primary"} busy={busy} disabled={password === ""}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <form
        id={form}
        noValidate
        method="post"
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          void confirm(event)
        }}
      >
        <Field label={t("yourPassword")} error={wrong ? t("wrongPassword") : null}>
          <Input
            type="password"
            autoFocus
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
        {error === null || wrong ? null : <ErrorState error={error} compact />}
      </form>
    </Dialog>
  )
}
