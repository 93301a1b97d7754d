"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { Pause } from "lucide-react"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"

/** Why one's containers stand still, and until when all is kept. Nothing while the tenant is active. */
export function StandingNotice({ tenant: { status, suspendReason, removeAt } }: { tenant: Tenant }) {
  const t = useTranslations("tenantView")
  const format = useFormat()
  if (status === "active") return null
  return (
    <div role="status" className="flex items-start gap-3 rounded-panel border border-warn bg-panel px-4 py-3">
      <Pause aria-hidden className="mt-0.5 size-4 shrink-0 text-warn-ink" />
      <div className="min-w-0">
        <p className="font-medium">
          {status === "leaving" && removeAt !== null ? t("leaving", { when: format.dateTime(removeAt) }) : t("suspended")}
        </p>
        <p className="break-words text-mute">{suspendReason === null || suspendReason === "" ? t("askProvider") : suspendReason}</p>
      </div>
    </div>
  )
}
