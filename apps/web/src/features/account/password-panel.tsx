"use client"
import { changePasswordInput, type Me } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { NewPasswordField } from "@/components/account/new-password-field"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { Panel } from "@/components/controls/panel"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"

/** Another password for whoever is signed in. */
export function PasswordPanel({ me }: { me: Me }) {
  const t = useTranslations("shell")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [currentPassword, setCurrent] = useState("")
  const [newPassword, setNew] = useState("")
  const change = useMutation(trpc.session.changePassword.mutationOptions())
  const input = { currentPassword, newPassword }

  return (
    <Panel title={t("changePassword")}>
      <form
        noValidate
        method="post"
        className="flex flex-col gap-3 px-4 pb-4"
        onSubmit={(event) => {
          event.preventDefault()
          change.mutate(input, {
            onSuccess: () => {
              toast.success(t("passwordChanged"), { description: t("passwordChangedDetail") })
              setCurrent("")
              setNew("")
              void queries.invalidateQueries(trpc.session.pathFilter())
            },
          })
        }}
      >
        {/* Tells password managers whose password it is. */}
        <input type="hidden" name="username" autoComplete="username" value={me.username} />
        <Field label={t("currentPassword")}>
          <Input
            type="password"
            autoComplete="current-password"
            value={currentPassword}
            onChange={(event) => setCurrent(event.target.value)}
          />
        </Field>
        <NewPasswordField label={t("newPassword")} value={newPassword} onValueChange={setNew} own={[me.username, me.name]} />
        {change.error ? <ErrorState error={change.error} compact /> : null}
        <Button
          type="submit"
          className="self-start"
          busy={change.isPending}
          disabled={currentPassword === "" || !changePasswordInput.safeParse(input).success}
        >
          {t("changePassword")}
        </Button>
      </form>
    </Panel>
  )
}
