"use client"
import Link from "next/link"
import { usePathname } from "next/navigation"
import { useTranslations } from "use-intl"
import { buttonClass } from "@/components/controls/button"
import { Problem } from "./problem"

/** 404. */
export function NotFoundPage() {
  const t = useTranslations("pages")
  const path = usePathname()
  return (
    <Problem
      code="404"
      title={t("notFoundTitle")}
      actions={
        <Link href="/" className={buttonClass({ variant: "primary" })}>
          {t("toOverview")}
        </Link>
      }
    >
      <p className="break-words">{t("notFound", { path })}</p>
    </Problem>
  )
}
