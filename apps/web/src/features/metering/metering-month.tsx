"use client"
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { Gauge, SearchX } from "lucide-react"
import { useMemo } from "react"
import { useLocale, useTranslations } from "use-intl"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { FilterInput } from "@/components/controls/filter-input"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Th } from "@/components/controls/table"
import { VirtualTable } from "@/components/controls/virtual-table"
import { monthName } from "@/components/tenants/month"
import { isUnreachable } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { arrangeRows, type SortKey, totalOf } from "./metering-rows"
import { MeteringCells, MeteringTableRow } from "./metering-table-row"
import type { useMeteringQuery } from "./use-metering-query"

const ROW_HEIGHT = 40
const EVERY_MS = 60_000
const columns: { key: SortKey; className?: string }[] = [
  { key: "memory", className: "max-sm:px-1" },
  { key: "cpu", className: "max-sm:px-1" },
  { key: "disk", className: "max-md:hidden" },
  { key: "traffic", className: "max-lg:hidden" },
  { key: "measured", className: "max-xl:hidden" },
]

interface MeteringMonthViewProps {
  query: ReturnType<typeof useMeteringQuery>
  onOpen: (tenant: string) => void
}

/** All tenants of a month, with their sums at the foot. */
export function MeteringMonthView({ query: { month, present, q, sort, desc, setQuery }, onOpen }: MeteringMonthViewProps) {
  const t = useTranslations("metering")
  const controls = useTranslations("controls")
  const locale = useLocale()
  const { data, error, refetch } = useQuery(
    useTRPC().metering.month.queryOptions(
      { month },
      { refetchInterval: month === present ? EVERY_MS : false, placeholderData: keepPreviousData },
    ),
  )
  const rows = useMemo(() => arrangeRows(data?.rows ?? [], { text: q, sort, descending: desc }), [data, q, sort, desc])
  const total = useMemo(() => totalOf(rows), [rows])

  function sortBy(key: SortKey) {
    void setQuery({ sort: key, desc: sort === key ? !desc : key !== "tenant" })
  }

  if (error && !(data && isUnreachable(error))) return <ErrorState error={error} title={t("failed")} onRetry={() => void refetch()} />
  if (data === undefined) {
    return (
      <Panel>
        <SkeletonRows rows={10} label={controls("loading")} />
      </Panel>
    )
  }
  if (data.rows.length === 0) {
    return (
      <Panel>
        <EmptyState icon={<Gauge />} title={t("empty", { month: monthName(month, locale) })}>
          {t("emptyHint")}
        </EmptyState>
      </Panel>
    )
  }
  return (
    <>
      <FilterInput
        label={t("filter")}
        clearLabel={controls("clear")}
        value={q}
        onValueChange={(next) => void setQuery({ q: next === "" ? null : next })}
        className="mb-3 w-72 max-sm:w-full"
      />
      {rows.length === 0 ? (
        <Panel>
          <EmptyState icon={<SearchX />} title={t("nothingMatches", { text: q })} />
        </Panel>
      ) : (
        <VirtualTable
          label={t("title")}
          rows={rows}
          keyOf={(row) => row.tenant}
          rowHeight={ROW_HEIGHT}
          columns={columns.length + 1}
          onOpen={(row) => onOpen(row.tenant)}
          head={
            <>
              <Th
                className="max-sm:px-2"
                sorted={sort === "tenant" ? (desc ? "descending" : "ascending") : "none"}
                onSort={() => sortBy("tenant")}
              >
                {t("column.tenant")}
              </Th>
              {columns.map(({ key, className }) => (
                <Th
                  key={key}
                  numeric
                  {...(className && { className })}
                  sorted={sort === key ? (desc ? "descending" : "ascending") : "none"}
                  onSort={() => sortBy(key)}
                >
                  {t(`column.${key}`)}
                </Th>
              ))}
            </>
          }
          renderRow={(row, place) => <MeteringTableRow key={row.tenant} row={row} period={data} {...place} onOpen={onOpen} />}
          foot={
            <tr aria-rowindex={rows.length + 2} style={{ height: ROW_HEIGHT }}>
              <th scope="row" className="border-line border-t px-3 text-left font-medium max-sm:px-2">
                {t("total", { count: rows.length })}
              </th>
              <MeteringCells figures={total} period={data} className="border-line border-t font-medium" />
            </tr>
          }
        />
      )}
    </>
  )
}
