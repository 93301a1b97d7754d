"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Meter } from "@/components/controls/meter"
import { Panel } from "@/components/controls/panel"
import { useFormat } from "@/lib/use-format"
import { planCounts } from "./plan-counts"

/** What the plan counts by the piece. */
export function PlanPanel({ tenant }: { tenant: Tenant }) {
  const t = useTranslations("tenantView")
  const format = useFormat()
  return (
    <Panel title={t("counts")}>
      <dl className="grid grid-cols-[1fr_auto_auto] items-center gap-x-3 gap-y-1.5 px-4 pb-4">
        {planCounts(tenant).map(({ thing, used, limit, share }) => (
          <div key={thing} className="contents">
            <dt className="text-mute">{t(`thing.${thing}`)}</dt>
            <dd>
              {share === null ? null : (
                <Meter value={share} label={t("shareTaken", { thing: t(`thing.${thing}`), share: format.percent(share) })} />
              )}
            </dd>
            <dd className="text-right">
              <span className="font-medium">{format.count(used)}</span>
              <span className="text-faint"> / {limit === null ? t("noLimit") : format.count(limit)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
