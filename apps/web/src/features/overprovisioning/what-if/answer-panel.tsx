"use client"
import type { WhatIf, WhatIfResource } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { TimeSeriesChart } from "@/components/charts/time-series-chart"
import { Panel } from "@/components/controls/panel"
import { amount } from "@/components/overprovisioning/amount"
import { Remarks } from "@/components/overprovisioning/remarks"
import { cn } from "@/lib/cn"
import { useFormat } from "@/lib/use-format"
import { AnswerTable } from "./answer-table"
import { useWhatIfRemarkText } from "./use-what-if-remark-text"

interface AnswerPanelProps {
  resource: WhatIfResource
  now: WhatIf
  asked?: WhatIf | undefined
  /** It is an answer to what was asked before. */
  stale: boolean
}

/** The answer in one sentence, as figures, over time, and why it is weaker than it looks. */
export function AnswerPanel({ resource, now, asked, stale }: AnswerPanelProps) {
  const t = useTranslations("whatIf.answer")
  const history = useTranslations("overprovisioning.history")
  const format = useFormat()
  const remarkText = useWhatIfRemarkText()
  const answer = asked ?? now
  const { admitted, refused, sold, exhaustedShare, worstOvershoot, allocatable, points } = answer
  const last = points.at(-1)
  return (
    <div aria-busy={stale} className={cn("flex min-w-0 flex-col gap-4 transition-opacity", stale && "opacity-60")}>
      <p role="status" className="text-lg">
        {t("sentence", { admitted, all: admitted + refused, times: format.times(sold) })}{" "}
        {exhaustedShare === 0
          ? t("enough")
          : t("tooMuch", { share: format.percent(Math.max(0.001, exhaustedShare)), most: format.percent(worstOvershoot) })}
      </p>
      <Panel title={t("label")} aside={t("days", { days: answer.days })}>
        <AnswerTable resource={resource} now={now} asked={asked} />
      </Panel>
      <div className="min-w-0 rounded-panel border border-line bg-panel">
        <TimeSeriesChart
          title={t("chart")}
          label={t("chart")}
          points={points.map(({ at, used, predictedPeak, sold: bought }) => ({ at, values: [used, predictedPeak, bought] }))}
          series={[{ label: history("used"), kind: "area" }, { label: history("peak") }, { label: history("sold") }]}
          from={points[0]?.at ?? 0}
          to={last?.at ?? 1}
          stepMs={stepOf(points)}
          formatValue={(value) => amount(format, resource, value)}
          binary={resource !== "cpu"}
          limits={[{ value: allocatable, label: t("limit", { amount: amount(format, resource, allocatable) }), always: true }]}
          height={240}
        />
      </div>
      <Remarks remarks={answer.remarkFacts.map(remarkText)} />
    </div>
  )
}

/** The usual distance of two points: what is longer is a gap. */
function stepOf(points: WhatIf["points"]): number {
  const distances = points.slice(1).map(({ at }, index) => at - (points[index]?.at ?? at))
  return distances.sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 900_000
}
