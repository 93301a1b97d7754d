"use client"
import { acceptResetInput } from "@plimsoll/server/contract"
import Link from "next/link"
import { type FormEvent, useState } from "react"
import { useTranslations } from "use-intl"
import { NewPasswordField } from "@/components/account/new-password-field"
import { Button, buttonClass } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { resetPassword } from "@/lib/invitation"
import { LinkOver } from "./link-over"
import { SignInFrame } from "./sign-in-frame"

/** Where a link for a new password leads. */
export function ResetPage({ token }: { token: string }) {
  const t = useTranslations("reset")
  const [password, setPassword] = useState("")
  const [outcome, setOutcome] = useState<"done" | "over" | null>(null)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const reset = { token, password }

  async function submit(event: FormEvent) {
    event.preventDefault()
    setError(null)
    setBusy(true)
    try {
      setOutcome(await resetPassword(reset))
    } catch (reason) {
      setError(reason)
    }
    setBusy(false)
  }

  return (
    <SignInFrame title="Plimsoll" lead={t("title")}>
      {outcome === "over" || token === "" ? (
        <LinkOver title={t("over")} advice={t("overAdvice")} />
      ) : outcome === "done" ? (
        <div className="flex flex-col gap-2">
          <p role="status" className="font-medium">
            {t("done")}
          </p>
          <p className="text-mute">{t("doneDetail")}</p>
          <Link href="/sign-in" className={`${buttonClass({ variant: "primary" })} mt-2`}>
            {t("toSignIn")}
          </Link>
        </div>
      ) : (
        <form
          noValidate
          method="post"
          className="flex flex-col gap-3.5"
          onSubmit={(event) => {
            void submit(event)
          }}
        >
          <NewPasswordField label={t("password")} value={password} onValueChange={setPassword} own={[]} />
          {error === null ? null : <ErrorState error={error} compact />}
          <Button type="submit" variant="primary" busy={busy} disabled={!acceptResetInput.safeParse(reset).success} className="mt-1 h-9">
            {t("submit")}
          </Button>
        </form>
      )}
    </SignInFrame>
  )
}
