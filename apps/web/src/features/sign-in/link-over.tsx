"use client"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { buttonClass } from "@/components/controls/button"

/** A link that is worth nothing (any more), and what to do then. */
export function LinkOver({ title, advice }: { title: string; advice: string }) {
  const t = useTranslations("invitation")
  return (
    <div className="flex flex-col gap-2">
      <p role="alert" className="font-medium">
        {title}
      </p>
      <p className="text-mute">{advice}</p>
      <Link href="/sign-in" className={`${buttonClass()} mt-2`}>
        {t("toSignIn")}
      </Link>
    </div>
  )
}
