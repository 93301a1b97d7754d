"use client"
import { bounds } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { useShell } from "./shell-state"

/** Another password for whoever is signed in. */
export function ChangePasswordDialog() {
  const t = useTranslations("shell")
  const controls = useTranslations("controls")
  const { overlay, show } = useShell()
  const form = useId()
  const [current, setCurrent] = useState("")
  const [next, setNext] = useState("")
  const change = useMutation(useTRPC().session.changePassword.mutationOptions())
  const tooShort = next !== "" && next.length < bounds.passwordMinimumLength

  function close() {
    setCurrent("")
    setNext("")
    change.reset()
    show(null)
  }

  return (
    <Dialog
      open={overlay === "password"}
      onOpenChange={(open) => (open ? show("password") : close())}
      title={t("changePassword")}
      size="sm"
      footer={
        <>
          <Button onClick={close}>{controls("cancel")}</Button>
          <Button type="submit" form={form} variant="primary" busy={change.isPending} disabled={current === "" || next === "" || tooShort}>
            {t("changePassword")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(
            { currentPassword: current, newPassword: next },
            {
              onSuccess: () => {
                toast.success(t("passwordChanged"), { description: t("passwordChangedDetail") })
                close()
              },
            },
          )
        }}
      >
        <Field label={t("currentPassword")}>
          <Input type="password" autoComplete="current-password" value={current} onChange={(event) => setCurrent(event.target.value)} />
        </Field>
        <Field
          label={t("newPassword")}
          description={t("newPasswordHint", { count: bounds.passwordMinimumLength })}
          error={tooShort ? t("passwordTooShort", { count: bounds.passwordMinimumLength }) : null}
        >
          <Input type="password" autoComplete="new-password" value={next} onChange={(event) => setNext(event.target.value)} />
        </Field>
        {change.error ? <ErrorState error={change.error} compact /> : null}
      </form>
    </Dialog>
  )
}
