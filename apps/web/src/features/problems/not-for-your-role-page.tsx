"use client"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { buttonClass } from "@/components/controls/button"
import { useMe } from "@/lib/session"
import { Problem } from "./problem"

/** A page that is there, but not for who is signed in. */
export function NotForYourRolePage() {
  const t = useTranslations("pages")
  const more = useTranslations("notForYourRole")
  const roles = useTranslations("roles")
  const me = useMe()
  return (
    <Problem
      code="403"
      title={t("forbiddenTitle")}
      actions={
        <Link href="/" className={buttonClass({ variant: "primary" })}>
          {t("toOverview")}
        </Link>
      }
    >
      {me === undefined ? null : (
        <p>{me.tenant === null ? more("staff", { role: roles(me.role) }) : more("tenant", { role: roles(me.role), tenant: me.tenant })}</p>
      )}
    </Problem>
  )
}
