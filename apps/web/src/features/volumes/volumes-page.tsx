"use client"
import type { OnHost, VolumeSummary } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { Database, Maximize2, Plus, Trash2 } from "lucide-react"
import { parseAsString, useQueryState } from "nuqs"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { ContainerLinks } from "@/components/container-links"
import { Button } from "@/components/controls/button"
import { CopyButton } from "@/components/controls/copy-button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { FilterInput } from "@/components/controls/filter-input"
import { IconButton } from "@/components/controls/icon-button"
import { PageHeader } from "@/components/controls/page-header"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Table, Td, Th, Tr } from "@/components/controls/table"
import { Time } from "@/components/controls/time"
import { HostFilter } from "@/components/hosts/host-filter"
import { HostLink } from "@/components/hosts/host-link"
import { HostsLeftOut } from "@/components/hosts/hosts-left-out"
import { useHosts } from "@/lib/live"
import { useIsTenant, useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { CompactVolumeButton } from "./compact-volume-button"
import { CreateVolumeDialog } from "./create-volume-dialog"
import { RemoveVolumeDialog } from "./remove-volume-dialog"
import { ResizeVolumeDialog } from "./resize-volume-dialog"

/** Directories that outlive containers. */
export function VolumesPage() {
  const t = useTranslations("volumes")
  const controls = useTranslations("controls")
  const [q, setQ] = useQueryState("q", parseAsString.withDefault("").withOptions({ history: "replace" }))
  const [host, setHost] = useQueryState("host", parseAsString.withDefault("").withOptions({ history: "replace" }))
  const { byId } = useHosts()
  const nameOf = (id: string) => byId.get(id)?.name ?? id
  const [creating, setCreating] = useState(false)
  const [removing, setRemoving] = useState<OnHost<VolumeSummary> | null>(null)
  const [resizing, setResizing] = useState<OnHost<VolumeSummary> | null>(null)
  const volumes = useQuery(useTRPC().volumes.list.queryOptions({}))
  const text = q.trim().toLowerCase()
  const found = (volumes.data ?? [])
    .filter((volume) => host === "" || volume.host === host)
    .filter((volume) => text === "" || `${volume.name} ${volume.tenant} ${nameOf(volume.host)}`.toLowerCase().includes(text))
    .sort((a, b) => a.name.localeCompare(b.name) || nameOf(a.host).localeCompare(nameOf(b.host)))
  const create = useMay()("volumes.create") ? (
    <Button variant="primary" icon={<Plus aria-hidden className="size-3.5" />} onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  ) : null
  return (
    <>
      <PageHeader title={t("title")} description={t("description")} actions={volumes.data?.length === 0 ? null : create} />
      <HostsLeftOut host={host} />
      {volumes.error ? (
        <ErrorState error={volumes.error} title={t("failed")} onRetry={() => void volumes.refetch()} />
      ) : volumes.data === undefined ? (
        <Panel>
          <SkeletonRows label={controls("loading")} />
        </Panel>
      ) : volumes.data.length === 0 ? (
        <Panel>
          <EmptyState icon={<Database />} title={t("empty")} action={create}>
            {t("emptyHint")}
          </EmptyState>
        </Panel>
      ) : (
        <>
          <div className="mb-3 flex flex-wrap items-center gap-2">
            <FilterInput
              label={t("filter")}
              clearLabel={controls("clear")}
              value={q}
              onValueChange={(next) => void setQ(next === "" ? null : next)}
              className="w-72 max-sm:w-full"
            />
            <HostFilter value={host} onValueChange={(next) => void setHost(next === "" ? null : next)} />
          </div>
          {found.length === 0 ? (
            <Panel>
              <EmptyState title={q === "" ? t("noneThere") : t("nothingMatches", { text: q })} />
            </Panel>
          ) : (
            <VolumesTable volumes={found} onRemove={setRemoving} onResize={setResizing} />
          )}
        </>
      )}
      <CreateVolumeDialog open={creating} onOpenChange={setCreating} />
      <ResizeVolumeDialog volume={resizing} onClose={() => setResizing(null)} />
      <RemoveVolumeDialog volume={removing} onClose={() => setRemoving(null)} />
    </>
  )
}

function VolumesTable({
  volumes,
  onRemove,
  onResize,
}: {
  volumes: readonly OnHost<VolumeSummary>[]
  onRemove: (volume: OnHost<VolumeSummary>) => void
  onResize: (volume: OnHost<VolumeSummary>) => void
}) {
  const t = useTranslations("volumes")
  const format = useFormat()
  const several = useHosts().list.length > 1
  const may = useMay()
  const ofTenant = useIsTenant()
  return (
    <Table label={t("title")}>
      <thead>
        <tr>
          <Th>{t("name")}</Th>
          {several ? <Th>{t("host")}</Th> : null}
          {ofTenant ? null : <Th>{t("tenant")}</Th>}
          <Th numeric>{t("size")}</Th>
          <Th numeric>{t("used")}</Th>
          <Th numeric>{t("allocated")}</Th>
          <Th numeric>{t("created")}</Th>
          <Th>{t("usedBy")}</Th>
          {ofTenant ? null : <Th>{t("path")}</Th>}
          <Th>
            <span className="sr-only">{t("actions")}</span>
          </Th>
        </tr>
      </thead>
      <tbody>
        {volumes.map((volume) => (
          <Tr key={`${volume.host}/${volume.name}`}>
            <Td className="font-medium">{volume.name}</Td>
            {several ? (
              <Td className="max-w-40 text-mute">
                <HostLink id={volume.host} />
              </Td>
            ) : null}
            {ofTenant ? null : <Td className="text-mute">{volume.tenant}</Td>}
            <Td numeric>
              {volume.limit.kind === "disk" ? format.bytes(volume.limit.sizeBytes) : <span className="text-faint">{t("noLimit")}</span>}
            </Td>
            <Td numeric>{format.bytes(volume.usedBytes)}</Td>
            <Td numeric className="text-mute">
              {format.bytes(volume.limit.kind === "disk" ? volume.limit.allocatedBytes : null)}
            </Td>
            <Td numeric className="text-mute">
              <Time at={volume.createdAt} />
            </Td>
            <Td className="min-w-40">
              {volume.usedBy.length === 0 ? <span className="text-faint">{t("unused")}</span> : <ContainerLinks ids={volume.usedBy} />}
            </Td>
            {ofTenant ? null : (
              <Td className="max-w-80">
                <span className="flex items-center gap-1">
                  <code className="truncate text-mute text-sm">{volume.hostPath}</code>
                  <CopyButton text={volume.hostPath} />
                </span>
              </Td>
            )}
            <Td className="w-10 whitespace-nowrap pr-2 text-right">
              {volume.limit.kind === "disk" ? (
                <>
                  {may("volumes.compact") ? <CompactVolumeButton volume={volume} /> : null}
                  {may("volumes.resize") ? (
                    <IconButton
                      size="sm"
                      label={t("resizeOne", { name: volume.name })}
                      icon={<Maximize2 aria-hidden className="size-3.5" />}
                      onClick={() => onResize(volume)}
                    />
                  ) : null}
                </>
              ) : null}
              {may("volumes.remove") ? (
                <IconButton
                  size="sm"
                  label={t("removeOne", { name: volume.name })}
                  icon={<Trash2 aria-hidden className="size-3.5" />}
                  onClick={() => onRemove(volume)}
                />
              ) : null}
            </Td>
          </Tr>
        ))}
      </tbody>
    </Table>
  )
}
