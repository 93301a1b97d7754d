"use client"
import type { ResourceLine } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { Table, Td, Th } from "@/components/controls/table"
import { amount } from "@/components/overprovisioning/amount"
import { Meaning } from "@/components/overprovisioning/meaning"
import { useFormat } from "@/lib/use-format"

const columns = [
  "capacity",
  "reserve",
  "allocatable",
  "used",
  "peak",
  "guaranteed",
  "sold",
  "ratio",
  "line",
  "headroom",
  "decided",
] as const

/** All figures of each resource; what a column means is said at its heading. */
export function ResourceTable({ lines }: { lines: readonly ResourceLine[] }) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  return (
    <Panel title={t("lines")}>
      <Table flat label={t("lines")}>
        <thead>
          <tr>
            <Th>{t("column.resource")}</Th>
            {columns.map((column) => (
              <Th key={column} numeric={column !== "decided"}>
                <Meaning of={t(`meaning.${column}`)}>{t(`column.${column}`)}</Meaning>
              </Th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const of = (value: number | null) => amount(format, line.resource, value)
            return (
              <tr key={line.resource}>
                <th scope="row" className="px-3 font-medium">
                  {t(`resource.${line.resource}`)}
                </th>
                <Td numeric>{of(line.capacity)}</Td>
                <Td numeric>{of(line.reserve)}</Td>
                <Td numeric>{of(line.allocatable)}</Td>
                <Td numeric>{of(line.used)}</Td>
                <Td numeric>{of(line.predictedPeak)}</Td>
                <Td numeric>{of(line.guaranteed)}</Td>
                <Td numeric>{of(line.sold)}</Td>
                <Td numeric>{line.allocatable > 0 ? `${format.times(line.sold / line.allocatable)}×` : "–"}</Td>
                <Td numeric>{of(line.loadLine)}</Td>
                <Td numeric className={line.headroom < 0 ? "font-medium text-bad-ink" : "font-medium"}>
                  {of(line.headroom)}
                </Td>
                <Td className="whitespace-nowrap">
                  {t(`decidedBy.${line.decidedBy}`)}{" "}
                  <span className="text-mute text-sm">{t("days", { days: Math.floor(line.historyDays) })}</span>
                </Td>
              </tr>
            )
          })}
        </tbody>
      </Table>
    </Panel>
  )
}
