"use client"
import type { PlanHeadroom } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Panel } from "@/components/controls/panel"
import { Table, Td, Th } from "@/components/controls/table"
import { useFormat } from "@/lib/use-format"

/** How many more of each plan may be sold, and which resource is full first. */
export function HeadroomPanel({ plans }: { plans: readonly PlanHeadroom[] }) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  return (
    <Panel title={t("headroom.title")}>
      {plans.length === 0 ? (
        <p className="px-4 pb-4 text-mute">{t("headroom.none")}</p>
      ) : (
        <Table flat label={t("headroom.title")}>
          <thead>
            <tr>
              <Th>{t("headroom.plan")}</Th>
              <Th numeric>{t("headroom.fits")}</Th>
              <Th>{t("headroom.boundBy")}</Th>
            </tr>
          </thead>
          <tbody>
            {plans.map(({ plan, name, fits, boundBy }) => (
              <tr key={plan}>
                <th scope="row" className="px-3 font-medium">
                  {name}
                </th>
                <Td numeric>{format.count(fits)}</Td>
                <Td>{boundBy === null ? t("headroom.unbounded") : t(`resource.${boundBy}`)}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  )
}
