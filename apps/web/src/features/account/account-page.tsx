"use client"
import { useTranslations } from "use-intl"
import { PageHeader } from "@/components/controls/page-header"
import { useMe } from "@/lib/session"
import { PasskeysPanel } from "./passkeys-panel"
import { PasswordPanel } from "./password-panel"
import { ProfilePanel } from "./profile-panel"
import { SignInsPanel } from "./sign-ins-panel"
import { TwoFactorPanel } from "./two-factor-panel"

/** One's own account: who one is, how one signs in, and where one is signed in. */
export function AccountPage() {
  const t = useTranslations("account")
  const me = useMe()
  if (me === undefined) return null
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} />
      <div className="grid max-w-300 items-start gap-4 lg:grid-cols-2">
        <div className="grid gap-4">
          <ProfilePanel me={me} />
          <PasswordPanel me={me} />
        </div>
        <div className="grid gap-4">
          <TwoFactorPanel me={me} />
          <PasskeysPanel me={me} />
        </div>
        <SignInsPanel className="lg:col-span-2" />
      </div>
    </>
  )
}
