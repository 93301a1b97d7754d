"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { Pause, Play, Undo2 } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Time } from "@/components/controls/time"
import { useMay } from "@/lib/session"
import { useFormat } from "@/lib/use-format"
import { useTenantActions } from "../dialogs/use-tenant-actions"

/** Why a tenant's containers stand still, and what ends it. Nothing while it is active. */
export function StandingNotice({ tenant }: { tenant: Tenant }) {
  const t = useTranslations("tenants.standing")
  const format = useFormat()
  const mayChange = useMay()("tenants.resume")
  const actions = useTenantActions(tenant)
  const { status, suspendedAt, suspendReason, removeAt } = tenant
  if (status === "active") return null
  const leaving = status === "leaving"
  return (
    <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-panel border border-warn/50 bg-panel px-4 py-3">
      <Pause aria-hidden className="size-4 shrink-0 text-warn-ink" />
      <div className="min-w-0 flex-1 basis-72">
        <p className="font-medium">{leaving && removeAt !== null ? t("leaving", { when: format.dateTime(removeAt) }) : t("suspended")}</p>
        <p className="break-words text-mute">
          {suspendReason === null || suspendReason === "" ? t("noReason") : t("reason", { reason: suspendReason })}
          {suspendedAt === null ? null : (
            <>
              {" · "}
              <Time at={suspendedAt} />
            </>
          )}
        </p>
      </div>
      {!mayChange ? null : leaving ? (
        <Button icon={<Undo2 aria-hidden className="size-3.5" />} onClick={actions.keep}>
          {t("keep")}
        </Button>
      ) : (
        <Button icon={<Play aria-hidden className="size-3.5" />} onClick={actions.resume}>
          {t("resume")}
        </Button>
      )}
    </div>
  )
}
