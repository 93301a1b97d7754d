"use client"
import type { OverprovisioningNow } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { Table, Td, Th } from "@/components/controls/table"
import { useFormat } from "@/lib/use-format"

/** Share of time in which something waited for a resource; the kernel's own figures. */
export function PressurePanel({ pressure }: { pressure: OverprovisioningNow["pressure"] }) {
  const t = useTranslations("overprovisioning.pressure")
  const format = useFormat()
  const percent = (value: number | null) => format.percent(value === null ? null : value / 100)
  return (
    <Panel title={t("title")}>
      <Table flat label={t("title")}>
        <thead>
          <tr>
            <Th>{t("of")}</Th>
            <Th numeric>{t("someAvg10")}</Th>
            <Th numeric>{t("someAvg60")}</Th>
            <Th numeric>{t("fullAvg10")}</Th>
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
                    <Td numeric>{percent(of.someAvg10)}</Td>
                    <Td numeric>{percent(of.someAvg60)}</Td>
                    <Td numeric>{percent(of.fullAvg10)}</Td>
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
