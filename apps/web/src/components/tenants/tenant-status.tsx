"use client"
import type { Tenant, TenantStatus } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { StateDot, type VisualState } from "@/components/controls/state-dot"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"

const looks: Record<TenantStatus, VisualState> = { active: "running", suspended: "paused", leaving: "removing" }

/** Whether a tenant may run, and when one that leaves goes. `brief`: on small screens only the mark, whose shape says it. */
export function TenantStatusLabel({ tenant, brief = false }: { tenant: Pick<Tenant, "status" | "removeAt">; brief?: boolean }) {
  const t = useTranslations("tenants.status")
  const format = useFormat()
  const now = useNow()
  return (
    <StateDot state={looks[tenant.status]}>
      <span className={brief ? "max-sm:sr-only" : undefined}>
        {t(tenant.status)}
        {tenant.status === "leaving" && tenant.removeAt !== null ? (
          <span className="text-mute" title={format.dateTime(tenant.removeAt)} suppressHydrationWarning>
            {" "}
            {tenant.removeAt <= now ? t("now") : format.day(tenant.removeAt)}
          </span>
        ) : null}
      </span>
    </StateDot>
  )
}
