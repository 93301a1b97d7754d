"use client"
import { useTranslations } from "use-intl"
import { Facts } from "@/components/controls/table"
import { amount } from "@/components/overprovisioning/amount"
import { useFormat } from "@/lib/use-format"
import type { CapacityReport } from "./read-report"
import { ReportSection } from "./report-section"

/** Which machine, what it has, and of which time this tells. */
export function MachineSection({ report: { host, now, from, to, days } }: { report: CapacityReport }) {
  const t = useTranslations("capacityReport.machine")
  const resources = useTranslations("overprovisioning.resource")
  const format = useFormat()
  return (
    <ReportSection title={t("title")}>
      <Facts
        rows={[
          { name: t("host"), value: `${host.hostname} · ${host.operatingSystem} · ${host.kernelVersion} · ${host.architecture}` },
          {
            name: t("capacity"),
            value: now.resources.map((line) => `${resources(line.resource)} ${amount(format, line.resource, line.capacity)}`).join(" · "),
          },
          {
            name: t("swap"),
            value: now.memory.swap.totalBytes === 0 ? t("noSwap") : format.bytes(now.memory.swap.totalBytes),
          },
          { name: t("period"), value: t("periodOf", { days, from: format.dateTime(from), to: format.dateTime(to) }) },
        ]}
      />
    </ReportSection>
  )
}
