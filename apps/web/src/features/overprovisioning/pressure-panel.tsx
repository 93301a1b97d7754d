"use client"
import type { OverprovisioningNow } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { Table, Td, Th } from "@/components/controls/table"
import { Meaning } from "@/components/overprovisioning/meaning"
import { useFormat } from "@/lib/use-format"

/** Share of time in which something waited for a resource; the kernel's own figures. */
export function PressurePanel({ pressure }: { pressure: OverprovisioningNow["pressure"] }) {
  const t = useTranslations("overprovisioning.pressure")
  const format = useFormat()
  return (
    <Panel title={t("title")}>
      <Table flat label={t("title")}>
        <thead>
          <tr>
            <Th>{t("of")}</Th>
            <Th numeric>
              <Meaning of={t("meaning.someAvg10")}>{t("someAvg10")}</Meaning>
            </Th>
            <Th numeric>
              <Meaning of={t("meaning.someAvg60")}>{t("someAvg60")}</Meaning>
            </Th>
            <Th numeric>
              <Meaning of={t("meaning.fullAvg10")}>{t("fullAvg10")}</Meaning>
            </Th>
          </tr>
        </thead>
        <tbody>
          {(["memory", "cpu", "io"] as const).map((resource) => {
            const of = pressure[resource]
            return (
              <tr key={resource}>
                <th scope="row" className="px-3 font-medium">
                  {t(resource)}
                </th>
                {of === null ? (
                  <Td colSpan={3} className="text-right text-mute">
                    {t("unknown")}
                  </Td>
                ) : (
                  <>
                    <Td numeric>{format.percent(of.someAvg10)}</Td>
                    <Td numeric>{format.percent(of.someAvg60)}</Td>
                    <Td numeric>{format.percent(of.fullAvg10)}</Td>
                  </>
                )}
              </tr>
            )
          })}
        </tbody>
      </Table>
    </Panel>
  )
}
