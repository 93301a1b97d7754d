"use client"
import { type ReactNode, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { codeOf } from "./sign-in-steps"

interface CodeStepProps {
  /** `code`: of the authenticator app; `recovery`: one of those that were written down. */
  way: "code" | "recovery"
  busy: boolean
  remark: ReactNode
  onSubmit: (code: string) => void
  onOtherWay: () => void
  onBack: () => void
}

/** What is asked for after the password, where it was set up. */
export function CodeStep({ way, busy, remark, onSubmit, onOtherWay, onBack }: CodeStepProps) {
  const t = useTranslations("signInSteps")
  const [code, setCode] = useState("")
  const app = way === "code"
  return (
    <form
      noValidate
      method="post"
      className="flex flex-col gap-3.5"
      onSubmit={(event) => {
        event.preventDefault()
        onSubmit(codeOf(code))
      }}
    >
      <Field label={t(app ? "code" : "recovery")} description={t(app ? "codeHint" : "recoveryHint")}>
        <Input
          key={way}
          mono
          autoFocus
          name="code"
          autoComplete={app ? "one-time-code" : "off"}
          inputMode={app ? "numeric" : "text"}
          autoCapitalize="none"
          value={code}
          onChange={(event) => setCode(event.target.value)}
          className="h-10 text-center text-lg! tracking-[0.2em]"
        />
      </Field>
      {remark}
      <Button type="submit" variant="primary" busy={busy} className="mt-1 h-9">
        {t("goOn")}
      </Button>
      <div className="flex flex-wrap justify-between gap-2">
        <Button
          variant="ghost"
          size="sm"
          onClick={() => {
            setCode("")
            onOtherWay()
          }}
        >
          {t(app ? "useRecovery" : "useApp")}
        </Button>
        <Button variant="ghost" size="sm" onClick={onBack}>
          {t("back")}
        </Button>
      </div>
    </form>
  )
}
