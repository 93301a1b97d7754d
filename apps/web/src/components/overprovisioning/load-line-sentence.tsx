"use client"
import type { OverprovisioningNow } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"

/** The sentence that matters: how often memory was sold, what still fits, the predicted peak, and the risk. */
export function LoadLineSentence({ now }: { now: OverprovisioningNow }) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  const memory = now.resources.find(({ resource }) => resource === "memory")
  if (memory === undefined) return null
  const share = format.percent(memory.allocatable > 0 ? memory.predictedPeak / memory.allocatable : null)
  const plan = [...now.plans].sort((left, right) => right.fits - left.fits)[0]
  return (
    <div className="max-w-[110ch]">
      <p className="font-semibold text-xl tracking-tight">
        {memory.allocatable > 0 ? t("soldTimes", { times: format.times(memory.sold / memory.allocatable) }) : null}{" "}
        {plan === undefined ? null : <span className="text-load-ink">{t("fits", { count: plan.fits, plan: plan.name })}</span>}
      </p>
      <p className="mt-0.5 text-mute">
        {memory.predictedPeakAt === null ? t("peak", { share }) : t("peakAt", { share, time: format.time(memory.predictedPeakAt) })}{" "}
        {memory.risk === null ? t("noRisk") : t("risk", { exceeded: memory.risk.exceeded, days: memory.risk.days })}
      </p>
    </div>
  )
}
