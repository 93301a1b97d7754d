"use client"
import type { FormEvent, ReactNode } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"

interface PasswordStepProps {
  busy: boolean
  /** Between the fields and the button. */
  remark: ReactNode
  onSubmit: (username: string, password: string) => void
}

/** Name and password. */
export function PasswordStep({ busy, remark, onSubmit }: PasswordStepProps) {
  const t = useTranslations("signIn")

  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    // Read from the form itself: what was typed before the page came alive counts too.
    const typed = new FormData(event.currentTarget)
    const text = (name: string) => {
      const value = typed.get(name)
      return typeof value === "string" ? value : ""
    }
    onSubmit(text("username"), text("password"))
  }

  return (
    <form
      noValidate
      // Should the browser ever submit it by itself, the password must not become part of an address.
      method="post"
      onSubmit={submit}
      className="flex flex-col gap-3.5"
    >
      <Field label={t("username")}>
        <Input name="username" autoComplete="username" autoCapitalize="none" defaultValue="operator" />
      </Field>
      <Field label={t("password")}>
        <Input name="password" type="password" autoComplete="current-password" autoFocus />
      </Field>
      {remark}
      <Button type="submit" variant="primary" busy={busy} className="mt-1 h-9">
        {t("submit")}
      </Button>
    </form>
  )
}
