"use client"
import { loadLineResources } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { parseAsStringLiteral, useQueryState } from "nuqs"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { Skeleton } from "@/components/controls/skeleton"
import { useTRPC } from "@/lib/trpc"
import { Choice } from "./choice"
import { SalesTable } from "./sales-table"

/** Who uses most, and who least, of what they bought of a resource, and which plan would fit them. */
export function SalesPanel() {
  const t = useTranslations("overprovisioning")
  const [resource, setResource] = useQueryState(
    "sales",
    parseAsStringLiteral(loadLineResources).withDefault("memory").withOptions({ history: "replace" }),
  )
  const { data, error, refetch } = useQuery(
    useTRPC().overprovisioning.sales.queryOptions({ resource, limit: 10 }, { refetchInterval: 60_000 }),
  )
  return (
    <section aria-label={t("sales.title")} className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-medium text-mute text-sm">{t("sales.title")}</h2>
        <Choice
          label={t("sales.resource")}
          value={resource}
          options={loadLineResources.map((value) => ({ value, label: t(`resource.${value}`) }))}
          onChange={(value) => void setResource(value)}
        />
      </div>
      {data === undefined ? (
        error === null ? (
          <Skeleton className="h-40 rounded-panel" />
        ) : (
          <ErrorState error={error} title={t("sales.failed")} compact onRetry={() => void refetch()} />
        )
      ) : (
        <div className="grid gap-4 xl:grid-cols-2">
          {(["over", "under"] as const).map((list) => (
            <Panel key={list} title={t(`sales.${list}`)} aside={t(`resource.${resource}`)}>
              <div className={data[list].length === 0 ? "px-4 pb-4" : undefined}>
                <SalesTable label={t(`sales.${list}`)} sales={data[list]} />
              </div>
            </Panel>
          ))}
        </div>
      )}
    </section>
  )
}
