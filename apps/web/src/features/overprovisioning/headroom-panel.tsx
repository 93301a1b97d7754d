"use client"
import type { PlanHeadroom } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { HeadroomTable } from "./headroom-table"

/** What still fits below the load line. */
export function HeadroomPanel({ plans }: { plans: readonly PlanHeadroom[] }) {
  const t = useTranslations("overprovisioning")
  return (
    <Panel title={t("headroom.title")}>
      <div className={plans.length === 0 ? "px-4 pb-4" : undefined}>
        <HeadroomTable plans={plans} />
      </div>
    </Panel>
  )
}
