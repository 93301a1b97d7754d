"use client"
import type { SaleUse } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { Table, Td, Th } from "@/components/controls/table"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"

/** Who uses most, and who least, of the memory that they bought, and which plan would fit them. */
export function SalesPanel() {
  const t = useTranslations("overprovisioning")
  const { data, error, refetch } = useQuery(
    useTRPC().overprovisioning.sales.queryOptions({ resource: "memory", limit: 10 }, { refetchInterval: 60_000 }),
  )
  if (data === undefined) {
    return error === null ? null : <ErrorState error={error} title={t("failed")} compact onRetry={() => void refetch()} />
  }
  return (
    <div className="grid gap-4 xl:grid-cols-2">
      <SalesTable title={t("sales.over")} sales={data.over} />
      <SalesTable title={t("sales.under")} sales={data.under} />
    </div>
  )
}

function SalesTable({ title, sales }: { title: string; sales: readonly SaleUse[] }) {
  const t = useTranslations("overprovisioning.sales")
  const format = useFormat()
  return (
    <Panel title={title} aside={t("title")}>
      {sales.length === 0 ? (
        <p className="px-4 pb-4 text-mute">{t("none")}</p>
      ) : (
        <Table flat label={title}>
          <thead>
            <tr>
              <Th>{t("name")}</Th>
              <Th>{t("plan")}</Th>
              <Th numeric>{t("sold")}</Th>
              <Th numeric>{t("used")}</Th>
              <Th numeric>{t("peak")}</Th>
              <Th>{t("better")}</Th>
            </tr>
          </thead>
          <tbody>
            {sales.map((sale) => (
              <tr key={`${sale.kind} ${sale.id}`}>
                <th scope="row" className="px-3 font-medium">
                  {sale.name}
                </th>
                <Td>{sale.plan?.name ?? t("noPlan")}</Td>
                <Td numeric>{format.bytes(sale.sold)}</Td>
                <Td numeric>{format.bytes(sale.used)}</Td>
                <Td numeric>{format.bytes(sale.peak)}</Td>
                <Td>{sale.betterPlan?.name ?? "–"}</Td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Panel>
  )
}
