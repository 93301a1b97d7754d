"use client"
import { ladderRungs, loadLineResources } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Facts, Table, Td, Th } from "@/components/controls/table"
import { amount } from "@/components/overprovisioning/amount"
import { useFormat } from "@/lib/use-format"
import type { CapacityReport } from "./read-report"
import { ReportSection } from "./report-section"

/** By which settings all this was. */
export function SettingsSection({ report: { now } }: { report: CapacityReport }) {
  const t = useTranslations("capacityReport.settings")
  const words = useTranslations()
  const format = useFormat()
  const { settings, ladder } = now
  const { nap } = ladder.settings
  return (
    <>
      <ReportSection title={t("line")}>
        <p className="mb-1">{t(`mode.${settings.mode}`)}</p>
        <Table flat label={t("line")}>
          <thead>
            <tr>
              <Th>{words("overprovisioning.column.resource")}</Th>
              <Th numeric>{t("reserve")}</Th>
              <Th numeric>θ</Th>
              <Th numeric>{t("fallbackRatio")}</Th>
            </tr>
          </thead>
          <tbody>
            {loadLineResources.map((resource) => (
              <tr key={resource} className="border-line not-last:border-b">
                <th scope="row" className="px-3 font-normal">
                  {words(`overprovisioning.resource.${resource}`)}
                </th>
                <Td numeric>{amount(format, resource, settings.reserve[resource])}</Td>
                <Td numeric>{format.percent(settings.theta[resource])}</Td>
                <Td numeric>{`${format.times(settings.fallbackRatio[resource])}×`}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      </ReportSection>
      <ReportSection title={t("ladder")}>
        <Facts
          rows={[
            { name: words("ladder.title"), value: words(`ladder.mode.${ladder.settings.mode}`) },
            ...ladderRungs.map((rung) => ({
              name: words(`ladder.rung.${rung}`),
              value: t("rung", {
                share: format.percent(ladder.settings.rungs[rung].usedShare),
                mode: words(`ladder.mode.${ladder.settings.rungs[rung].mode}`),
              }),
            })),
            { name: t("hysteresis"), value: format.percent(ladder.settings.hysteresis) },
            {
              name: t("pressure"),
              value: t("pressureOf", {
                some: format.percent(ladder.settings.pressureSomeAvg60 / 100),
                full: format.percent(ladder.settings.pressureFullAvg10 / 100),
              }),
            },
            {
              name: t("nap"),
              value: `${t("napOf", { cores: format.cores(nap.idleCores), time: format.duration(nap.idleMs) })} ${t(nap.always ? "napAlways" : "napShort")}`,
            },
            { name: t("hibernation"), value: t("hibernationOf", { time: format.duration(ladder.settings.hibernate.idleMs) }) },
            {
              name: t("exempt"),
              value: ladder.settings.exemptTenants.length === 0 ? t("nobody") : ladder.settings.exemptTenants.join(", "),
            },
          ]}
        />
      </ReportSection>
    </>
  )
}
