"use client"
import type { ResourceLine } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Table, Td, Th } from "@/components/controls/table"
import { amount } from "@/components/overprovisioning/amount"
import { Decided } from "@/components/overprovisioning/decided"
import { PredictedParts } from "@/components/overprovisioning/predicted-parts"
import { useFormat } from "@/lib/use-format"
import type { CapacityReport } from "./read-report"
import { ReportSection } from "./report-section"
import { type HistorySummary, summariseHistory } from "./summarise-history"

const figures = [
  "capacity",
  "reserve",
  "allocatable",
  "sold",
  "guaranteed",
  "usedNow",
  "usedMean",
  "usedHighest",
  "peak",
  "wakeDebt",
  "line",
  "headroom",
] as const
type Figure = (typeof figures)[number]

/** A figure of a resource, in its unit. */
function figureOf(figure: Figure, line: ResourceLine, summary: HistorySummary): number | null {
  switch (figure) {
    case "usedNow":
      return line.used
    case "usedMean":
      return summary.usedMean
    case "usedHighest":
      return summary.usedHighest
    case "peak":
      return line.predictedPeak
    case "line":
      return line.loadLine
    default:
      return line[figure]
  }
}

/** All figures of each resource, how its peak was predicted, what decided, and the risk. */
export function FiguresSection({ report: { now, histories, to } }: { report: CapacityReport }) {
  const t = useTranslations("capacityReport")
  const words = useTranslations("overprovisioning")
  const format = useFormat()
  const columns = now.resources.flatMap((line) => {
    const found = histories.find(({ resource }) => resource === line.resource)
    return found === undefined ? [] : [{ line, summary: summariseHistory(found.history, to) }]
  })
  const predicted = now.resources.filter(({ resource }) => resource !== "pids")
  return (
    <>
      <ReportSection title={t("figures.title")}>
        <Table flat label={t("figures.title")}>
          <thead>
            <tr>
              <Th>{t("figures.figure")}</Th>
              {columns.map(({ line }) => (
                <Th key={line.resource} numeric>
                  {words(`resource.${line.resource}`)}
                </Th>
              ))}
            </tr>
          </thead>
          <tbody>
            {figures.map((figure) => (
              <tr key={figure} className="border-line not-last:border-b">
                <th scope="row" className="px-3 font-normal">
                  {t(`figures.${figure}`)}
                </th>
                {columns.map(({ line, summary }) => (
                  <Td key={line.resource} numeric>
                    {amount(format, line.resource, figureOf(figure, line, summary))}
                  </Td>
                ))}
              </tr>
            ))}
            <tr className="border-line border-t">
              <th scope="row" className="px-3 font-normal">
                {words("column.ratio")}
              </th>
              {columns.map(({ line }) => (
                <Td key={line.resource} numeric>
                  {line.allocatable > 0 ? `${format.times(line.sold / line.allocatable)}×` : "–"}
                </Td>
              ))}
            </tr>
          </tbody>
        </Table>
      </ReportSection>
      <ReportSection title={t("decided.title")}>
        <ul className="flex flex-col gap-1.5">
          {now.resources.map((line) => (
            <li key={line.resource}>
              <h3 className="font-medium">{words(`resource.${line.resource}`)}</h3>
              {line.resource === "pids" ? null : <PredictedParts line={line} />}
              <Decided line={line} settings={now.settings} />
            </li>
          ))}
        </ul>
      </ReportSection>
      <ReportSection title={t("risk.title")}>
        <ul className="flex flex-col gap-1">
          {predicted.map(({ resource, risk }) => (
            <li key={resource}>
              <b className="font-medium">{words(`resource.${resource}`)}:</b>{" "}
              {risk === null
                ? words("noRisk")
                : `${words("risk", { exceeded: risk.exceeded, days: risk.days })} ${t("risk.worst", { share: format.percent(risk.worstShare) })}`}
            </li>
          ))}
        </ul>
      </ReportSection>
    </>
  )
}
