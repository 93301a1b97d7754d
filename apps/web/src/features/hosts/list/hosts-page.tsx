"use client"
import { Plus, Server } from "lucide-react"
import { parseAsBoolean, useQueryState } from "nuqs"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { isUnreachable } from "@/lib/errors"
import { useHostsLive } from "@/lib/live"
import { useMay } from "@/lib/session"
import { AddHostDialog } from "../dialogs/add-host-dialog"
import { HostsTable } from "./hosts-table"

/** The machines whose engines this console drives: whether they answer, what they are, and what runs there. */
export function HostsPage() {
  const t = useTranslations("hosts")
  const { data: hosts, error } = useHostsLive()
  const [adding, setAdding] = useQueryState("add", parseAsBoolean.withDefault(false))
  const may = useMay()
  const add = may("hosts.add") ? (
    <Button variant="primary" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => void setAdding(true)}>
      {t("addHost")}
    </Button>
  ) : null
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={add} />
      {error && !(hosts && isUnreachable(error)) ? <ErrorState error={error} title={t("failed")} compact className="mb-4" /> : null}
      {hosts === undefined ? (
        error ? null : (
          <Panel>
            <SkeletonRows rows={4} label={t("loading")} />
          </Panel>
        )
      ) : (
        <div className="flex flex-col gap-4">
          <HostsTable hosts={hosts.list} />
          {hosts.list.length > 1 ? null : (
            <Panel>
              <EmptyState icon={<Server />} title={t("empty.title")}>
                {t("empty.text")}
              </EmptyState>
            </Panel>
          )}
        </div>
      )}
      <AddHostDialog open={adding && may("hosts.add")} onOpenChange={(open) => void setAdding(open || null)} />
    </>
  )
}
