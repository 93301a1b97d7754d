"use client"
import type { SaleUse } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Table, Td, Th } from "@/components/controls/table"
import { amount } from "@/components/overprovisioning/amount"
import { Meaning } from "@/components/overprovisioning/meaning"
import { useFormat } from "@/lib/use-format"

/** What each bought of a resource and uses of it, and the plan that would fit. */
export function SalesTable({ label, sales }: { label: string; sales: readonly SaleUse[] }) {
  const t = useTranslations("overprovisioning.sales")
  const format = useFormat()
  if (sales.length === 0) return <p className="text-mute">{t("none")}</p>
  return (
    <Table flat label={label}>
      <thead>
        <tr>
          <Th>{t("name")}</Th>
          <Th>{t("plan")}</Th>
          <Th numeric>
            <Meaning of={t("meaning.sold")}>{t("sold")}</Meaning>
          </Th>
          <Th numeric>
            <Meaning of={t("meaning.used")}>{t("used")}</Meaning>
          </Th>
          <Th numeric>
            <Meaning of={t("meaning.peak")}>{t("peak")}</Meaning>
          </Th>
          <Th>
            <Meaning of={t("meaning.better")}>{t("better")}</Meaning>
          </Th>
        </tr>
      </thead>
      <tbody>
        {sales.map((sale) => (
          <tr key={`${sale.kind} ${sale.id}`}>
            <th scope="row" className="break-words px-3 font-medium">
              {sale.name}
            </th>
            <Td>{sale.plan?.name ?? t("noPlan")}</Td>
            <Td numeric>{amount(format, sale.resource, sale.sold)}</Td>
            <Td numeric>{amount(format, sale.resource, sale.used)}</Td>
            <Td numeric>{amount(format, sale.resource, sale.peak)}</Td>
            <Td>{sale.betterPlan?.name ?? "–"}</Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
