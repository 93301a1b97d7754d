"use client"
import { useMutation, useQuery } from "@tanstack/react-query"
import { Download, Eye, File, FileSymlink, Folder, Upload } from "lucide-react"
import { createTar } from "nanotar"
import { parseAsBoolean, parseAsString, useQueryStates } from "nuqs"
import { useRef, useState } from "react"
import { useTranslations } from "use-intl"
import { Button, buttonClass } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Switch } from "@/components/controls/switch"
import { Table, Td, Th, Tr } from "@/components/controls/table"
import { toast } from "@/components/controls/toast"
import { lacks } from "@/lib/hosts"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useContainer } from "../detail/container-context"
import { requestStream } from "../request-stream"
import { ChangesList } from "./changes-list"
import { archiveAddress, breadcrumbs, joinPath, modeText } from "./file-paths"
import { FilePreview, PREVIEW_BYTES } from "./file-preview"

/** The container's files: look, take along, put in; or only what it has changed over its image. */
export function FilesPage() {
  const t = useTranslations("container.files")
  const trpc = useTRPC()
  const format = useFormat()
  const { id, host } = useContainer()
  const [{ path, changes: chosen }, setQuery] = useQueryStates({
    path: parseAsString.withDefault("/"),
    changes: parseAsBoolean.withDefault(false),
  })
  const copies = !lacks(host, "copy")
  const puts = useMay()("http.containers.archive.write") && copies
  const lists = !lacks(host, "list-files")
  const compares = !lacks(host, "diff")
  const changes = compares && (chosen || !lists)
  const [preview, setPreview] = useState<string>()
  const chooser = useRef<HTMLInputElement>(null)
  const listing = useQuery(trpc.containers.files.queryOptions({ id, path }, { enabled: !changes }))
  const upload = useMutation({
    mutationFn: async (files: File[]) => {
      const entries = await Promise.all(
        files.map(async (file) => ({
          name: file.name,
          data: await file.arrayBuffer(),
          attrs: { mtime: Math.floor(file.lastModified / 1000) },
        })),
      )
      await requestStream(archiveAddress(id, path), {
        method: "PUT",
        body: new Uint8Array(createTar(entries)),
        headers: { "content-type": "application/x-tar" },
      })
      return files.length
    },
    onSuccess: (count) => {
      toast.success(t("uploaded", { count, path }))
      void listing.refetch()
    },
  })

  function take(files: FileList | null) {
    if (files && files.length > 0) upload.mutate([...files])
  }

  const entries = [...(listing.data ?? [])].sort(
    (left, right) => Number(right.kind === "directory") - Number(left.kind === "directory") || left.name.localeCompare(right.name),
  )
  return (
    <section
      aria-label={t("area")}
      className="flex flex-col gap-3"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        if (!changes && puts) take(event.dataTransfer.files)
      }}
    >
      <div className="flex flex-wrap items-center gap-3">
        <nav aria-label={t("path")} className="flex min-w-0 flex-wrap items-center gap-0.5 font-mono">
          {(lists ? breadcrumbs(path) : []).map((step, index) => (
            <span key={step.path} className="inline-flex items-center">
              {index > 1 ? <span className="text-faint">/</span> : null}
              <Button size="sm" variant="ghost" onClick={() => void setQuery({ path: step.path, changes: null })}>
                {step.name}
              </Button>
            </span>
          ))}
        </nav>
        <div className="ml-auto flex flex-wrap items-center gap-3">
          {compares && lists ? (
            <Switch checked={changes} onCheckedChange={(on) => void setQuery({ changes: on || null })}>
              {t("onlyChanges")}
            </Switch>
          ) : null}
          {copies ? (
            <a href={archiveAddress(id, path)} download className={buttonClass({ size: "sm" })}>
              <Download aria-hidden className="size-3.5" />
              {t("downloadDirectory")}
            </a>
          ) : null}
          {puts ? (
            <>
              <Button
                size="sm"
                icon={<Upload aria-hidden className="size-3.5" />}
                busy={upload.isPending}
                onClick={() => chooser.current?.click()}
              >
                {t("upload")}
              </Button>
              <input ref={chooser} type="file" multiple hidden aria-label={t("upload")} onChange={(event) => take(event.target.files)} />
            </>
          ) : null}
        </div>
      </div>
      {lists ? null : <p className="text-mute">{t("changesOnly", { engine: host?.info?.version ?? "" })}</p>}
      {upload.error ? <ErrorState compact error={upload.error} title={t("uploadFailed")} /> : null}
      {changes ? (
        <ChangesList id={id} />
      ) : listing.error ? (
        <ErrorState error={listing.error} title={t("failed", { path })} onRetry={() => void listing.refetch()} />
      ) : listing.data === undefined ? (
        <SkeletonRows rows={8} label={t("loading")} />
      ) : entries.length === 0 ? (
        <EmptyState title={t("empty")} />
      ) : (
        <Table label={t("label", { path })}>
          <thead>
            <tr>
              <Th>{t("column.name")}</Th>
              <Th numeric>{t("column.size")}</Th>
              <Th>{t("column.mode")}</Th>
              <Th>{t("column.owner")}</Th>
              <Th>{t("column.modified")}</Th>
              <Th>
                <span className="sr-only">{t("column.actions")}</span>
              </Th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => {
              const full = joinPath(path, entry.name)
              return (
                <Tr key={entry.name}>
                  <Td className="max-w-96">
                    <span className="flex min-w-0 items-center gap-2 [&>svg]:size-4 [&>svg]:shrink-0 [&>svg]:text-mute">
                      {entry.kind === "directory" ? (
                        <Folder aria-hidden />
                      ) : entry.kind === "symlink" ? (
                        <FileSymlink aria-hidden />
                      ) : (
                        <File aria-hidden />
                      )}
                      {entry.kind === "directory" ? (
                        <button
                          type="button"
                          className="truncate font-medium hover:underline"
                          onClick={() => void setQuery({ path: full })}
                        >
                          {entry.name}
                        </button>
                      ) : (
                        <span className="truncate">{entry.name}</span>
                      )}
                      {entry.linkTarget ? <span className="truncate text-faint">→ {entry.linkTarget}</span> : null}
                    </span>
                  </Td>
                  <Td numeric className="text-mute">
                    {entry.kind === "file" ? format.bytes(entry.sizeBytes) : ""}
                  </Td>
                  <Td className="font-mono text-mute text-sm">{modeText(entry.mode)}</Td>
                  <Td className="text-mute">
                    {entry.uid}:{entry.gid}
                  </Td>
                  <Td className="whitespace-nowrap text-mute">{format.dateTime(entry.modifiedAt)}</Td>
                  <Td className="whitespace-nowrap text-right">
                    {copies && entry.kind === "file" && entry.sizeBytes <= PREVIEW_BYTES ? (
                      <Button size="sm" variant="ghost" icon={<Eye aria-hidden className="size-3.5" />} onClick={() => setPreview(full)}>
                        {t("view")}
                      </Button>
                    ) : null}
                    {copies ? (
                      <a
                        href={archiveAddress(id, full)}
                        download
                        className={buttonClass({ size: "sm", variant: "ghost" })}
                        aria-label={t("download", { name: entry.name })}
                      >
                        <Download aria-hidden className="size-3.5" />
                      </a>
                    ) : null}
                  </Td>
                </Tr>
              )
            })}
          </tbody>
        </Table>
      )}
      <FilePreview id={id} path={preview} onClose={() => setPreview(undefined)} />
    </section>
  )
}
