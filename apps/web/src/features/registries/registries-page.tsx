"use client"
import { useQuery } from "@tanstack/react-query"
import { Plus, Warehouse } from "lucide-react"
import { parseAsBoolean, parseAsString, useQueryStates } from "nuqs"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { RegistryDialog } from "./registry-dialog"
import { RegistryRow } from "./registry-row"
import { RemoveRegistryDialog } from "./remove-registry-dialog"

/** The registries that need more than being asked: a sign-in, mirrors, plain HTTP. */
export function RegistriesPage() {
  const t = useTranslations("registries")
  const controls = useTranslations("controls")
  // Links from elsewhere come with the registry that they are about.
  const [{ add, registry: named }, setQuery] = useQueryStates(
    { add: parseAsBoolean.withDefault(false), registry: parseAsString.withDefault("") },
    { history: "replace" },
  )
  const [removing, setRemoving] = useState<string | null>(null)
  const registries = useQuery(useTRPC().registries.list.queryOptions())
  const find = (name: string | null) => registries.data?.find((each) => each.registry === name)
  const open = (name: string) => void setQuery({ add: true, registry: name === "" ? null : name })
  const may = useMay()
  const create = may("registries.add") ? (
    <Button variant="primary" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => open("")}>
      {t("add")}
    </Button>
  ) : null
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={registries.data?.length === 0 ? null : create} />
      {registries.error ? (
        <ErrorState error={registries.error} title={t("failed")} onRetry={() => void registries.refetch()} />
      ) : registries.data === undefined ? (
        <Panel>
          <SkeletonRows label={controls("loading")} />
        </Panel>
      ) : registries.data.length === 0 ? (
        <Panel>
          <EmptyState icon={<Warehouse />} title={t("empty")} action={create}>
            {t("emptyHint")}
          </EmptyState>
        </Panel>
      ) : (
        <Panel>
          <ul aria-label={t("title")}>
            {[...registries.data]
              .sort((a, b) => a.registry.localeCompare(b.registry))
              .map((registry) => (
                <RegistryRow
                  key={registry.registry}
                  registry={registry}
                  onChange={() => open(registry.registry)}
                  onRemove={() => setRemoving(registry.registry)}
                />
              ))}
          </ul>
        </Panel>
      )}
      {add && may("registries.add") && registries.data !== undefined ? (
        <RegistryDialog
          key={named}
          known={find(named) ?? null}
          suggested={named}
          onClose={() => void setQuery({ add: null, registry: null })}
        />
      ) : null}
      <RemoveRegistryDialog registry={find(removing) ?? null} onClose={() => setRemoving(null)} />
    </>
  )
}
