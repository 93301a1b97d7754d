"use client"
import type { Me } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { Facts } from "@/components/controls/table"
import { Time } from "@/components/controls/time"

/** Who one is here, and what that allows. */
export function ProfilePanel({ me }: { me: Me }) {
  const t = useTranslations("account")
  const roles = useTranslations("roles")
  const facts = [
    { name: t("name"), value: me.name },
    { name: t("username"), value: <code className="text-sm">{me.username}</code> },
    {
      name: t("role"),
      value: (
        <>
          {roles(me.role)}
          <span className="block text-mute text-sm">{roles(`can.${me.role}`)}</span>
        </>
      ),
    },
    ...(me.tenant === null ? [] : [{ name: t("tenant"), value: me.tenant }]),
    { name: t("signedIn"), value: <Time at={me.signedInAt} /> },
    { name: t("until"), value: <Time at={me.expiresAt} show="clock" /> },
  ]
  return (
    <Panel title={t("profile")}>
      <Facts rows={facts} className="px-4 pb-4" />
    </Panel>
  )
}
