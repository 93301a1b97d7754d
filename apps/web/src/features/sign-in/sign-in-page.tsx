"use client"
import { Fingerprint } from "lucide-react"
import { useState, useSyncExternalStore } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { type SignInResult, signIn, signInWithCode, signInWithRecoveryCode } from "@/lib/auth"
import { passkeysPossible, signInWithPasskey } from "@/lib/passkeys"
import type { SignOutReason } from "@/lib/sign-in-path"
import { CodeStep } from "./code-step"
import { PasswordStep } from "./password-step"
import { SignInFrame } from "./sign-in-frame"
import { afterResult, type SignInState } from "./sign-in-steps"
import { useRemarkText } from "./use-remark-text"

const beginning: SignInState = { step: "password", remark: null }
const never = () => () => undefined

/** The way in: password and, where it was set up, a code; or a passkey. `next` is where it leads, `why` why one has to come here again. */
export function SignInPage({ next, why }: { next: string; why: SignOutReason | null }) {
  const t = useTranslations("signIn")
  const more = useTranslations("signInSteps")
  const remarkText = useRemarkText()
  const [busy, setBusy] = useState<"form" | "passkey" | null>(null)
  const [{ step, remark }, setState] = useState(beginning)
  const [error, setError] = useState<unknown>(null)
  // Known in the browser only.
  const withPasskeys = useSyncExternalStore(never, passkeysPossible, () => false)

  /** A whole new page: the live connection has to be made with the new session. */
  const enter = () => window.location.assign(next)

  async function attempt(ask: () => Promise<SignInResult>) {
    setError(null)
    setState({ step, remark: null })
    setBusy("form")
    try {
      const state = afterResult(step, await ask())
      if (state === "in") return enter()
      setState(state)
    } catch (reason) {
      setError(reason)
    }
    setBusy(null)
  }

  async function withPasskey() {
    setError(null)
    setBusy("passkey")
    try {
      if (await signInWithPasskey()) return enter()
    } catch (reason) {
      setError(reason)
    }
    setBusy(null)
  }

  const refuse = (kind: "required" | "codeRequired") => setState({ step, remark: { kind } })
  const said = (
    <>
      {remark === null ? null : (
        <p role="alert" className="text-bad-ink">
          {remarkText(remark)}
        </p>
      )}
      {error === null ? null : <ErrorState error={error} compact />}
    </>
  )

  return (
    <SignInFrame title="Plimsoll" lead={t("tagline")} foot={step === "password" ? t("firstTime") : null}>
      {why === null || step !== "password" ? null : (
        <p role="status" className="mb-3.5 rounded-control border border-warn px-3 py-2">
          {more(why)}
        </p>
      )}
      {step === "password" ? (
        <>
          <PasswordStep
            busy={busy === "form"}
            remark={said}
            onSubmit={(username, password) => {
              if (username === "" || password === "") return refuse("required")
              void attempt(() => signIn(username, password))
            }}
          />
          {withPasskeys ? (
            <Button
              className="mt-2.5 h-9 w-full"
              icon={<Fingerprint aria-hidden className="size-4" />}
              busy={busy === "passkey"}
              onClick={() => {
                void withPasskey()
              }}
            >
              {more("passkey")}
            </Button>
          ) : null}
        </>
      ) : (
        <CodeStep
          way={step}
          busy={busy === "form"}
          remark={said}
          onSubmit={(code) => {
            if (code === "") return refuse("codeRequired")
            void attempt(() => (step === "code" ? signInWithCode(code) : signInWithRecoveryCode(code)))
          }}
          onOtherWay={() => setState({ step: step === "code" ? "recovery" : "code", remark: null })}
          onBack={() => setState(beginning)}
        />
      )}
    </SignInFrame>
  )
}
