"use client"
import { useQuery } from "@tanstack/react-query"
import { Plus, SearchX, Users } from "lucide-react"
import { parseAsString, useQueryState } from "nuqs"
import { useMemo, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { SkeletonRows } from "@/components/controls/skeleton"
import { cn } from "@/lib/cn"
import { isUnreachable } from "@/lib/errors"
import { fillsWindow } from "@/lib/fills-window"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { CreateTenantDialog } from "../dialogs/create-tenant-dialog"
import { type TenantDialog, TenantDialogs } from "../dialogs/tenant-dialogs"
import { filterTenants } from "./filter-tenants"
import { TenantsTable } from "./tenants-table"
import { TenantsToolbar } from "./tenants-toolbar"
import { useTenantsFilter } from "./use-tenants-filter"

/** How often the figures are read anew. */
const EVERY_MS = 10_000
/** Ordered by one of these, the least comes first. */
const ascendingFirst: readonly string[] = ["name", "status", "plan", "headroom"]

/** All customers: filter, sort, make one, suspend one, look at one. */
export function TenantsPage() {
  const t = useTranslations("tenants")
  const mayChange = useMay()("tenants.create")
  const [filter, setFilter] = useTenantsFilter()
  // The name of a tenant that only the engine knows yet, or nothing: a new one.
  const [creating, setCreating] = useQueryState("create", parseAsString.withOptions({ history: "replace" }))
  const [dialog, setDialog] = useState<TenantDialog | null>(null)
  const { data: tenants, error, refetch } = useQuery(useTRPC().tenants.list.queryOptions(undefined, { refetchInterval: EVERY_MS }))
  const visible = useMemo(
    () =>
      filterTenants(tenants ?? [], {
        text: filter.q,
        statuses: filter.status,
        plans: filter.plan,
        sort: filter.sort,
        descending: filter.desc,
      }),
    [tenants, filter],
  )
  const create = mayChange ? (
    <Button variant="primary" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => void setCreating("")}>
      {t("create")}
    </Button>
  ) : null
  return (
    <div className={cn("flex flex-col gap-3", tenants !== undefined && tenants.length > 0 && fillsWindow)}>
      <PageHeader title={t("title")} description={t("description")} actions={tenants?.length === 0 ? null : create} />
      {error && !(tenants && isUnreachable(error)) ? <ErrorState error={error} title={t("failed")} onRetry={() => void refetch()} /> : null}
      {tenants === undefined ? (
        error ? null : (
          <SkeletonRows rows={10} label={t("loading")} />
        )
      ) : tenants.length === 0 ? (
        <EmptyState icon={<Users aria-hidden />} title={t("empty.title")} action={create}>
          {t("empty.text")}
        </EmptyState>
      ) : (
        <>
          <TenantsToolbar tenants={tenants} shown={visible.length} filter={filter} onChange={(change) => void setFilter(change)} />
          {visible.length === 0 ? (
            <EmptyState icon={<SearchX aria-hidden />} title={t("noMatch.title")}>
              {t("noMatch.text", { count: tenants.length })}
            </EmptyState>
          ) : (
            <TenantsTable
              tenants={visible}
              sort={{ key: filter.sort, descending: filter.desc }}
              onSort={(sort) => void setFilter({ sort, desc: filter.sort === sort ? !filter.desc : !ascendingFirst.includes(sort) })}
              onDialog={setDialog}
            />
          )}
        </>
      )}
      {creating !== null && mayChange ? <CreateTenantDialog key={creating} name={creating} onClose={() => void setCreating(null)} /> : null}
      <TenantDialogs dialog={dialog} onClose={() => setDialog(null)} />
    </div>
  )
}
