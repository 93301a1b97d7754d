"use client"
import { type FormEvent, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { Mark } from "@/components/mark"
import { signIn } from "@/lib/auth"
import { HullBackdrop } from "./hull-backdrop"

/** The way in. `next` is where it leads afterwards. */
export function SignInPage({ next }: { next: string }) {
  const t = useTranslations("signIn")
  const [busy, setBusy] = useState(false)
  const [refusal, setRefusal] = useState<string | null>(null)
  const [error, setError] = useState<unknown>(null)

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    // Read from the form itself: what was typed before the page came alive counts too.
    const typed = new FormData(event.currentTarget)
    const [username, password] = [typed.get("username"), typed.get("password")]
    setError(null)
    if (typeof username !== "string" || typeof password !== "string" || username === "" || password === "") return setRefusal(t("required"))
    setRefusal(null)
    setBusy(true)
    try {
      const result = await signIn(username, password)
      // A whole new page: the live connection has to be made with the new session.
      if (result.kind === "signed-in") return window.location.assign(next)
      if (result.kind === "refused") setRefusal(t("wrong"))
      else setRefusal(result.retryAfterSeconds === null ? t("tooManySoon") : t("tooMany", { seconds: result.retryAfterSeconds }))
    } catch (reason) {
      setError(reason)
    }
    setBusy(false)
  }

  return (
    <main className="relative grid min-h-dvh place-items-center overflow-hidden px-4 pb-[22vh]">
      <HullBackdrop />
      <div className="relative w-full max-w-84">
        <div className="mb-6 flex flex-col items-center gap-2 text-center">
          <Mark className="size-11" />
          <h1 className="font-semibold text-2xl tracking-tight">Plimsoll</h1>
          <p className="text-mute">{t("tagline")}</p>
        </div>
        <form
          noValidate
          // Should the browser ever submit it by itself, the password must not become part of an address.
          method="post"
          onSubmit={(event) => {
            void submit(event)
          }}
          className="flex flex-col gap-3.5 rounded-panel border border-line bg-panel p-5 shadow-pop"
        >
          <Field label={t("username")}>
            <Input name="username" autoComplete="username" autoCapitalize="none" defaultValue="operator" />
          </Field>
          <Field label={t("password")}>
            <Input name="password" type="password" autoComplete="current-password" autoFocus />
          </Field>
          {refusal === null ? null : (
            <p role="alert" className="text-bad-ink">
              {refusal}
            </p>
          )}
          {error === null ? null : <ErrorState error={error} compact />}
          <Button type="submit" variant="primary" busy={busy} className="mt-1 h-9">
            {t("submit")}
          </Button>
        </form>
        <p className="mt-4 text-center text-mute text-sm">{t("firstTime")}</p>
      </div>
    </main>
  )
}
