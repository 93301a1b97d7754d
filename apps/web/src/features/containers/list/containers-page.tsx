"use client"
import type { BulkAction, ContainerRow } from "@plimsoll/server/contract"
import { Box, Plus, SearchX } from "lucide-react"
import Link from "next/link"
import { useMemo, useState } from "react"
import { useTranslations } from "use-intl"
import { buttonClass } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { SkeletonRows } from "@/components/controls/skeleton"
import { cn } from "@/lib/cn"
import { isUnreachable, useErrorToast } from "@/lib/errors"
import { fillsWindow } from "@/lib/fills-window"
import { useContainersLive, useHosts } from "@/lib/live"
import { useMay } from "@/lib/session"
import { BulkOutcomePanel } from "../actions/bulk-outcome-panel"
import { RemoveDialog } from "../actions/remove-dialog"
import { type BulkOutcome, type BulkRequest, useBulkAction } from "../actions/use-bulk-action"
import { BulkBar } from "./bulk-bar"
import { ContainersTable } from "./containers-table"
import { ContainersToolbar } from "./containers-toolbar"
import { filterContainers } from "./filter-containers"
import { useListFilter } from "./use-list-filter"
import { useSelection } from "./use-selection"

/** All containers, live: filter, sort, choose, act on many, with a result for each. */
export function ContainersPage() {
  const t = useTranslations("containers")
  const { data: containers, error } = useContainersLive()
  const toastError = useErrorToast()
  const { byId: hosts } = useHosts()
  const [filter, setFilter] = useListFilter()
  const may = useMay()
  const selection = useSelection()
  const bulk = useBulkAction()
  const [outcome, setOutcome] = useState<BulkOutcome>()
  const [removing, setRemoving] = useState<ContainerRow[]>([])
  const [names, setNames] = useState<ReadonlyMap<string, string>>(new Map())

  const visible = useMemo(
    () =>
      filterContainers(containers?.rows ?? [], {
        text: filter.q,
        statuses: filter.status,
        tenants: filter.tenant,
        hosts: filter.host,
        hostName: (id) => hosts.get(id)?.name ?? id,
        sort: filter.sort,
        descending: filter.desc,
      }),
    [containers, filter, hosts],
  )
  // What is chosen but not shown (filtered out, or removed elsewhere) is not acted on.
  const chosen = visible.filter((row) => selection.selected.has(row.id))

  async function act(request: BulkRequest, rows: readonly ContainerRow[]) {
    setNames(new Map(rows.map((row) => [row.id, row.name])))
    const result = await bulk.run(request)
    setOutcome(rows.length > 1 || result.failed.length > 0 ? result : undefined)
    selection.replace(result.failed.map(({ id }) => id))
  }

  function request(action: BulkAction, rows: ContainerRow[]) {
    if (rows.length === 0) return
    if (action === "remove") return setRemoving(rows)
    act({ action, ids: rows.map((row) => row.id) }, rows).catch((cause: unknown) => toastError(t(`actions.${action}`), cause))
  }

  return (
    <div className={cn("flex flex-col gap-3", containers !== undefined && containers.rows.length > 0 && fillsWindow)}>
      <PageHeader
        title={t("title")}
        actions={
          may("containers.create") ? (
            <Link href="/containers/new" className={buttonClass({ variant: "primary" })}>
              <Plus aria-hidden className="size-4" />
              {t("create")}
            </Link>
          ) : null
        }
      />
      {error && !(containers && isUnreachable(error)) ? <ErrorState error={error} title={t("listFailed")} compact /> : null}
      {containers === undefined ? (
        error ? null : (
          <SkeletonRows rows={10} label={t("loading")} />
        )
      ) : containers.rows.length === 0 ? (
        <EmptyState
          icon={<Box aria-hidden />}
          title={t("empty.title")}
          action={
            may("containers.create") ? (
              <Link href="/containers/new" className={buttonClass({ variant: "primary" })}>
                {t("empty.action")}
              </Link>
            ) : null
          }
        >
          {t("empty.text")}
        </EmptyState>
      ) : (
        <>
          <ContainersToolbar rows={containers.rows} shown={visible.length} filter={filter} onChange={(change) => void setFilter(change)} />
          {outcome ? (
            <BulkOutcomePanel outcome={outcome} nameOf={(id) => names.get(id) ?? id.slice(0, 12)} onDismiss={() => setOutcome(undefined)} />
          ) : null}
          {visible.length === 0 ? (
            <EmptyState icon={<SearchX aria-hidden />} title={t("noMatch.title")}>
              {t("noMatch.text", { count: containers.rows.length })}
            </EmptyState>
          ) : (
            <ContainersTable
              rows={visible}
              history={containers.cpuHistory}
              selectable={may("containers.bulk")}
              selected={selection.selected}
              pending={bulk.pending}
              sort={{ key: filter.sort, descending: filter.desc }}
              onSort={(sort) =>
                void setFilter({
                  sort,
                  desc: filter.sort === sort ? !filter.desc : !["name", "state", "host", "tenant", "image"].includes(sort),
                })
              }
              onToggle={(id, range) => selection.toggle(id, { range, order: visible.map((row) => row.id) })}
              onToggleAll={() => selection.replace(chosen.length === visible.length ? [] : visible.map((row) => row.id))}
              onAction={(action, row) => request(action, [row])}
            />
          )}
          {chosen.length > 0 ? (
            <BulkBar rows={chosen} onAction={(action, rows) => request(action, rows)} onClear={() => selection.replace([])} />
          ) : null}
        </>
      )}
      <RemoveDialog
        containers={removing}
        open={removing.length > 0}
        onOpenChange={(open) => {
          if (!open) setRemoving([])
        }}
        onConfirm={(options) => act({ action: "remove", ids: removing.map((row) => row.id), options }, removing)}
      />
    </div>
  )
}
