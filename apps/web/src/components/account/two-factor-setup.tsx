"use client"
import type { TwoFactorStart } from "@plimsoll/server/contract"
import { type FormEvent, type ReactNode, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { secretOf } from "@/lib/two-factor"
import { QrCode } from "./qr-code"
import { ShownOnce } from "./shown-once"

interface TwoFactorSetupProps {
  start: TwoFactorStart
  /** True when the code was right. */
  onConfirm: (code: string) => Promise<boolean>
  onConfirmed: () => void
  /** Beside the button: a way out. */
  children?: ReactNode
}

/** The key for an authenticator app, as a picture and as text, and the code that proves that the app has it. */
export function TwoFactorSetup({ start, onConfirm, onConfirmed, children }: TwoFactorSetupProps) {
  const t = useTranslations("twoFactor")
  const [code, setCode] = useState("")
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const secret = secretOf(start.totpURI)

  async function confirm(event: FormEvent) {
    event.preventDefault()
    setWrong(false)
    setError(null)
    setBusy(true)
    try {
      if (await onConfirm(code.replaceAll(/\s/g, ""))) return onConfirmed()
      setWrong(true)
    } catch (reason) {
      setError(reason)
    }
    setBusy(false)
  }

  return (
    <form
      noValidate
      method="post"
      className="flex flex-col gap-3.5"
      onSubmit={(event) => {
        void confirm(event)
      }}
    >
      <p>{t("scan")}</p>
      <div className="flex flex-wrap items-start gap-4">
        <QrCode text={start.totpURI} label={t("qrLabel")} />
        <div className="min-w-0 flex-1 basis-52">
          <ShownOnce text={secret} label={t("key")} hint={t("orType")} />
        </div>
      </div>
      <Field label={t("code")} description={t("codeHint")} error={wrong ? t("wrongCode") : null}>
        <Input
          mono
          autoComplete="one-time-code"
          inputMode="numeric"
          value={code}
          onChange={(event) => setCode(event.target.value)}
          className="h-10 max-w-52 text-center text-lg! tracking-[0.2em]"
        />
      </Field>
      {error === null ? null : <ErrorState error={error} compact />}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" variant="primary" busy={busy} disabled={code.trim() === ""}>
          {t("confirm")}
        </Button>
        {children}
      </div>
    </form>
  )
}
