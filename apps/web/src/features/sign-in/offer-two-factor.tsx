"use client"
import type { TwoFactorStart } from "@plimsoll/server/contract"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { RecoveryCodes } from "@/components/account/recovery-codes"
import { TwoFactorSetup } from "@/components/account/two-factor-setup"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { confirmTwoFactor, startTwoFactor } from "@/lib/two-factor"

interface OfferTwoFactorProps {
  username: string
  /** Just chosen, so that it need not be typed again. */
  password: string
  onDone: () => void
}

/** A second factor for a new account: the offer, the key, the recovery codes. It can be left for later. */
export function OfferTwoFactor({ username, password, onDone }: OfferTwoFactorProps) {
  const t = useTranslations("invitation")
  const [start, setStart] = useState<TwoFactorStart | null>(null)
  const [confirmed, setConfirmed] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)

  async function begin() {
    setError(null)
    setBusy(true)
    try {
      setStart(await startTwoFactor(password))
    } catch (reason) {
      setError(reason)
    }
    setBusy(false)
  }

  if (start !== null && confirmed)
    return (
      <div className="flex flex-col gap-3.5">
        <RecoveryCodes codes={start.backupCodes} account={username} />
        <Button variant="primary" className="h-9" onClick={onDone}>
          {t("toConsole")}
        </Button>
      </div>
    )
  const later = <Button onClick={onDone}>{t("later")}</Button>
  if (start !== null)
    return (
      <TwoFactorSetup start={start} onConfirm={confirmTwoFactor} onConfirmed={() => setConfirmed(true)}>
        {later}
      </TwoFactorSetup>
    )
  return (
    <div className="flex flex-col gap-3.5">
      <p>{t("offerTwoFactor")}</p>
      {error === null ? null : <ErrorState error={error} compact />}
      <div className="flex flex-wrap gap-2">
        <Button
          variant="primary"
          busy={busy}
          onClick={() => {
            void begin()
          }}
        >
          {t("setUp")}
        </Button>
        {later}
      </div>
    </div>
  )
}
