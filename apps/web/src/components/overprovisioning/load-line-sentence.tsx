"use client"
import type { OverprovisioningNow } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"

interface LineProps {
  now: OverprovisioningNow
}

const memoryOf = (now: OverprovisioningNow) => now.resources.find(({ resource }) => resource === "memory")

/** The sentence that matters: how often memory was sold, what still fits, the predicted peak, and the risk. */
export function LoadLineSentence({ now }: LineProps) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  const memory = memoryOf(now)
  if (memory === undefined) return null
  return (
    <div className="max-w-[110ch]">
      <p className="font-semibold text-xl tracking-tight">
        {memory.allocatable > 0 ? t("soldTimes", { times: format.times(memory.sold / memory.allocatable) }) : null}{" "}
        <PlansThatFit now={now} />
      </p>
      <p className="mt-0.5 text-mute">
        <PeakAndRisk now={now} />
      </p>
    </div>
  )
}

/** How many more fit of the plan of which the most do; nothing without plans. */
export function PlansThatFit({ now }: LineProps) {
  const t = useTranslations("overprovisioning")
  const plan = [...now.plans].sort((left, right) => right.fits - left.fits)[0]
  return plan === undefined ? null : <span className="text-load-ink">{t("fits", { count: plan.fits, plan: plan.name })}</span>
}

/** The highest use of memory that is expected, and how often it would have been too high. */
export function PeakAndRisk({ now }: LineProps) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  const memory = memoryOf(now)
  if (memory === undefined) return null
  const share = format.percent(memory.allocatable > 0 ? memory.predictedPeak / memory.allocatable : null)
  const peak = memory.predictedPeakAt === null ? t("peak", { share }) : t("peakAt", { share, time: format.time(memory.predictedPeakAt) })
  return `${peak} ${memory.risk === null ? t("noRisk") : t("risk", { exceeded: memory.risk.exceeded, days: memory.risk.days })}`
}
