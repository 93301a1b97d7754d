"use client"
import { useTranslations } from "use-intl"
import { PageHeader } from "@/components/controls/page-header"
import { useMe } from "@/lib/session"
import { MembersPanel } from "./members-panel"

/** Who may come in: for the provider its staff, for a tenant its members. */
export function MembersPage() {
  const t = useTranslations("members")
  const me = useMe()
  if (me === undefined) return null
  return (
    <>
      <PageHeader
        title={t(me.tenant === null ? "staffTitle" : "title")}
        description={me.tenant === null ? t("staffDescription") : t("description", { tenant: me.tenant })}
      />
      <MembersPanel />
    </>
  )
}
