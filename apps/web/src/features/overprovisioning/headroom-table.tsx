"use client"
import type { PlanHeadroom } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Table, Td, Th } from "@/components/controls/table"
import { Meaning } from "@/components/overprovisioning/meaning"
import { useFormat } from "@/lib/use-format"

/** How many more of each plan may be sold, and which resource is full first. */
export function HeadroomTable({ plans }: { plans: readonly PlanHeadroom[] }) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  const boundName = (bound: PlanHeadroom["boundBy"]) => {
    if (bound === null) return t("headroom.unbounded")
    return bound === "guaranteedMemory" || bound === "guaranteedCpu" ? t(`headroom.${bound}`) : t(`resource.${bound}`)
  }
  if (plans.length === 0) return <p className="text-mute">{t("headroom.none")}</p>
  return (
    <Table flat label={t("headroom.title")}>
      <thead>
        <tr>
          <Th>{t("headroom.plan")}</Th>
          <Th numeric>
            <Meaning of={t("meaning.fits")}>{t("headroom.fits")}</Meaning>
          </Th>
          <Th>
            <Meaning of={t("meaning.boundBy")}>{t("headroom.boundBy")}</Meaning>
          </Th>
        </tr>
      </thead>
      <tbody>
        {plans.map(({ plan, name, fits, boundBy }) => (
          <tr key={plan}>
            <th scope="row" className="px-3 font-medium">
              {name}
            </th>
            <Td numeric>{format.count(fits)}</Td>
            <Td>{boundName(boundBy)}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
