"use client"
import { localHost } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { Boxes, CloudDownload, FileUp, PackagePlus, Recycle } from "lucide-react"
import { parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { FilterInput } from "@/components/controls/filter-input"
import { PageHeader } from "@/components/controls/page-header"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { HostFilter } from "@/components/hosts/host-filter"
import { HostsLeftOut } from "@/components/hosts/hosts-left-out"
import { offers } from "@/lib/hosts"
import { useHosts } from "@/lib/live"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { CollectDialog } from "./collect-dialog"
import { DropArea } from "./drop-area"
import { FilePicker } from "./file-picker"
import { filterImages } from "./filter-images"
import { type AskedImage, ImagesTable } from "./images-table"
import { ImportDialog } from "./import-dialog"
import { PullDialog } from "./pull-dialog"
import { PushDialog } from "./push-dialog"
import { RemoveImageDialog } from "./remove-image-dialog"
import { TagDialog } from "./tag-dialog"
import { TransferDialog } from "./transfer-dialog"
import { useImageTransfers } from "./use-image-transfers"

/** The images that are here, on all hosts, and the ways in and out. */
export function ImagesPage() {
  const t = useTranslations("images")
  const controls = useTranslations("controls")
  const format = useFormat()
  const [{ q, host, add, transfer }, setQuery] = useQueryStates(
    {
      q: parseAsString.withDefault(""),
      host: parseAsString.withDefault(""),
      add: parseAsStringLiteral(["load", "import", "pull", "collect"]),
      transfer: parseAsString,
    },
    { history: "replace" },
  )
  const [asked, setAsked] = useState<{ what: "tag" | "push" | "remove"; image: AskedImage } | null>(null)
  const images = useQuery(useTRPC().images.list.queryOptions({}))
  const { list, byId } = useHosts()
  const may = useMay()
  const several = list.length > 1
  // An archive goes to the host that one looks at; to the machine itself when one looks at all.
  const target = host === "" ? localHost : host
  const { load } = useImageTransfers(target)
  const targetName = byId.get(target)?.name ?? target
  const canLoad = may("http.images.load") && offers(byId.get(target), "image-load")
  const canImport = may("http.images.import") && offers(byId.get(target), "image-import")
  const able = (feature: "image-pull" | "image-garbage") =>
    list.filter((each) => (host === "" || each.id === host) && offers(each, feature)).map(({ id }) => id)
  const pullers = may("images.pull") ? able("image-pull") : []
  const collectors = may("images.collect") ? able("image-garbage") : []
  const found = filterImages(images.data ?? [], { text: q, host })
  const total = found.reduce((sum, image) => sum + image.sizeBytes - image.sharedBytes, 0)
  const watch = (id: string) => void setQuery({ transfer: id })
  const askedFor = (what: "tag" | "push" | "remove") => (asked?.what === what ? asked.image : null)

  const ways = (
    <>
      {pullers.length > 0 ? (
        <Button
          variant="primary"
          icon={<CloudDownload aria-hidden className="size-3.5" />}
          onClick={() => void setQuery({ add: "pull", transfer: null })}
        >
          {t("pullOne")}
        </Button>
      ) : null}
      {canLoad ? (
        <FilePicker
          onFiles={load}
          trigger={(pick) => (
            <Button
              variant={pullers.length > 0 ? "default" : "primary"}
              icon={<FileUp aria-hidden className="size-3.5" />}
              onClick={pick}
              {...(several ? { title: t("loadOn", { host: targetName }) } : {})}
            >
              {t("load")}
            </Button>
          )}
        />
      ) : null}
      {canImport ? (
        <Button icon={<PackagePlus aria-hidden className="size-3.5" />} onClick={() => void setQuery({ add: "import" })}>
          {t("import")}
        </Button>
      ) : null}
      {collectors.length > 0 ? (
        <Button icon={<Recycle aria-hidden className="size-3.5" />} onClick={() => void setQuery({ add: "collect" })}>
          {t("collect")}
        </Button>
      ) : null}
    </>
  )

  return (
    <DropArea onFiles={canLoad ? load : null} hint={several ? t("dropHereOn", { host: targetName }) : t("dropHere")}>
      <PageHeader title={t("title")} description={t("description")} actions={images.data?.length === 0 ? null : ways} />
      <HostsLeftOut host={host} />
      {images.error ? (
        <ErrorState error={images.error} title={t("failed")} onRetry={() => void images.refetch()} />
      ) : images.data === undefined ? (
        <Panel>
          <SkeletonRows label={controls("loading")} />
        </Panel>
      ) : images.data.length === 0 ? (
        <Panel>
          <EmptyState icon={<Boxes />} title={t("empty")} action={<div className="flex flex-wrap justify-center gap-2">{ways}</div>}>
            {t("emptyHint")}
          </EmptyState>
        </Panel>
      ) : (
        <>
          <div className="mb-3 flex flex-wrap items-center gap-3">
            <FilterInput
              label={t("filter")}
              clearLabel={controls("clear")}
              value={q}
              onValueChange={(next) => void setQuery({ q: next === "" ? null : next })}
              className="w-72 max-sm:w-full"
            />
            <HostFilter value={host} onValueChange={(next) => void setQuery({ host: next === "" ? null : next })} />
            <p className="ml-auto text-mute">{t("total", { count: found.length, size: format.bytes(total) })}</p>
          </div>
          {found.length === 0 ? (
            <Panel>
              <EmptyState
                title={q === "" ? t("noneThere") : t("nothingMatches", { text: q })}
                action={<Button onClick={() => void setQuery({ q: null, host: null })}>{controls("clear")}</Button>}
              />
            </Panel>
          ) : (
            <ImagesTable images={found} onAsk={(what, image) => setAsked({ what, image })} />
          )}
        </>
      )}
      <ImportDialog
        open={add === "import" && canImport}
        onOpenChange={(open) => void setQuery({ add: open ? "import" : null })}
        host={target}
      />
      <PullDialog
        open={add === "pull" && pullers.length > 0}
        onClose={() => void setQuery({ add: null })}
        hosts={pullers}
        onBegun={watch}
      />
      <CollectDialog open={add === "collect" && collectors.length > 0} onClose={() => void setQuery({ add: null })} hosts={collectors} />
      <TransferDialog id={transfer} onClose={() => void setQuery({ transfer: null })} onBegun={watch} />
      <TagDialog asked={askedFor("tag")} onClose={() => setAsked(null)} />
      <PushDialog asked={askedFor("push")} onClose={() => setAsked(null)} onBegun={watch} />
      <RemoveImageDialog asked={askedFor("remove")} onClose={() => setAsked(null)} />
    </DropArea>
  )
}
