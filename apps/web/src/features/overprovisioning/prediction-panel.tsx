"use client"
import type { OverprovisioningNow } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { Decided } from "@/components/overprovisioning/decided"
import { PredictedParts } from "@/components/overprovisioning/predicted-parts"

/** Why each line lies where it does: what its predicted peak is the sum of, and what decided. */
export function PredictionPanel({ now }: { now: OverprovisioningNow }) {
  const t = useTranslations("overprovisioning")
  return (
    <Panel title={t("parts.title")}>
      <ul className="grid gap-x-6 gap-y-3 px-4 pb-4 lg:grid-cols-2">
        {now.resources.map((line) => (
          <li key={line.resource}>
            <h3 className="font-medium">{t(`resource.${line.resource}`)}</h3>
            {line.resource === "pids" ? null : <PredictedParts line={line} />}
            <Decided line={line} settings={now.settings} />
          </li>
        ))}
      </ul>
    </Panel>
  )
}
