"use client"
import { acceptInvitationInput } from "@plimsoll/server/contract"
import { type FormEvent, useState } from "react"
import { useTranslations } from "use-intl"
import { NewPasswordField } from "@/components/account/new-password-field"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { acceptInvitation } from "@/lib/invitation"

interface AcceptFormProps {
  token: string
  onDone: (account: { username: string; password: string }) => void
  /** The link was used meanwhile. */
  onOver: () => void
}

/** The account that an invitation becomes. */
export function AcceptForm({ token, onDone, onOver }: AcceptFormProps) {
  const t = useTranslations("invitation")
  const [username, setUsername] = useState("")
  const [name, setName] = useState("")
  const [password, setPassword] = useState("")
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const account = { token, username, name, password }
  const issues = acceptInvitationInput.safeParse(account).error?.issues ?? []
  const problem = (field: string) => issues.some((issue) => issue.path[0] === field)

  async function accept(event: FormEvent) {
    event.preventDefault()
    setError(null)
    setBusy(true)
    try {
      if ((await acceptInvitation(account)) === "over") return onOver()
      return onDone({ username, password })
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
        void accept(event)
      }}
    >
      <Field
        label={t("username")}
        description={t("usernameHint")}
        error={username !== "" && problem("username") ? t("usernameInvalid") : null}
      >
        <Input
          autoFocus
          autoComplete="username"
          autoCapitalize="none"
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
      </Field>
      <Field label={t("name")} description={t("nameHint")}>
        <Input autoComplete="name" value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      <NewPasswordField label={t("password")} value={password} onValueChange={setPassword} own={[username, name]} />
      {error === null ? null : <ErrorState error={error} compact />}
      <Button type="submit" variant="primary" busy={busy} disabled={issues.length > 0} className="mt-1 h-9">
        {t("accept")}
      </Button>
    </form>
  )
}
