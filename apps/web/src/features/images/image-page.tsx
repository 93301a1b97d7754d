"use client"
import { useQuery } from "@tanstack/react-query"
import { CloudUpload, Download, Play, Trash2 } from "lucide-react"
import Link from "next/link"
import { useRouter } from "next/navigation"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button, buttonClass } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { HostLink } from "@/components/hosts/host-link"
import { offers } from "@/lib/hosts"
import { useHosts } from "@/lib/live"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"
import { HistoryStep } from "./history-step"
import { ImageConfigPanel } from "./image-config-panel"
import { ImageFactsPanel } from "./image-facts-panel"
import { createHref, saveHref } from "./image-links"
import { imageName, shortReference } from "./image-name"
import { LayersPanel } from "./layers-panel"
import { PushDialog } from "./push-dialog"
import { RemoveImageDialog } from "./remove-image-dialog"
import { TagDialog } from "./tag-dialog"
import { TagsPanel } from "./tags-panel"
import { TransferDialog } from "./transfer-dialog"

/** One image: what it is made of, how it was made, and who runs it. */
export function ImagePage({ reference, host }: { reference: string; host: string }) {
  const t = useTranslations("images")
  const controls = useTranslations("controls")
  const router = useRouter()
  const { list, byId } = useHosts()
  const there = byId.get(host)
  const may = useMay()
  const [watched, setWatched] = useState<string | null>(null)
  const [asked, setAsked] = useState<{ what: "tag" | "push" | "remove"; reference: string } | null>(null)
  const { data: image, error, refetch } = useQuery(useTRPC().images.inspect.queryOptions({ host, reference }))

  if (error) return <ErrorState error={error} title={t("oneFailed", { name: shortReference(reference) })} onRetry={() => void refetch()} />
  if (image === undefined) return <SkeletonRows label={controls("loading")} rows={10} />
  const name = image.references[0] ?? image.id
  const askedFor = (what: "tag" | "push" | "remove") => (asked?.what === what ? { host, image, reference: asked.reference } : null)
  return (
    <>
      <nav className="pt-1 pb-1 text-mute text-sm">
        <Link href="/images" className="rounded hover:text-ink hover:underline">
          {t("title")}
        </Link>
      </nav>
      <PageHeader
        title={<span className="break-all">{imageName(image)}</span>}
        description={list.length > 1 ? <HostLink id={host} /> : undefined}
        actions={
          <>
            {may("containers.create") ? (
              <Link href={createHref({ host, reference: name })} className={buttonClass({ variant: "primary" })}>
                <Play aria-hidden className="size-3.5" />
                {t("createContainer")}
              </Link>
            ) : null}
            {may("images.push") && offers(there, "image-push") ? (
              <Button icon={<CloudUpload aria-hidden className="size-3.5" />} onClick={() => setAsked({ what: "push", reference: name })}>
                {t("push")}
              </Button>
            ) : null}
            {may("http.images.save") && offers(there, "image-save") ? (
              <a href={saveHref({ host, reference: name })} className={buttonClass()}>
                <Download aria-hidden className="size-3.5" />
                {t("save")}
              </a>
            ) : null}
            {may("images.remove") ? (
              <Button
                icon={<Trash2 aria-hidden className="size-3.5" />}
                disabled={image.references.length < 2 && image.usedBy.length > 0}
                title={image.usedBy.length > 0 ? t("inUse", { count: image.usedBy.length }) : undefined}
                onClick={() => setAsked({ what: "remove", reference: name })}
              >
                {t("remove")}
              </Button>
            ) : null}
          </>
        }
      />
      <div className="grid items-start gap-4 xl:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <ImageFactsPanel image={image} />
          <TagsPanel
            image={image}
            onAdd={() => setAsked({ what: "tag", reference: name })}
            onRemove={(tag) => setAsked({ what: "remove", reference: tag })}
          />
          <LayersPanel image={image} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
          <ImageConfigPanel config={image.config} />
          <Panel title={t("history")} aside={image.history.length}>
            <ol className="pb-2">
              {image.history.map((step, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the steps of one image are their order.
                <HistoryStep key={index} step={step} />
              ))}
            </ol>
          </Panel>
        </div>
      </div>
      <TagDialog asked={askedFor("tag")} onClose={() => setAsked(null)} />
      <PushDialog asked={askedFor("push")} onClose={() => setAsked(null)} onBegun={setWatched} />
      <TransferDialog id={watched} onClose={() => setWatched(null)} onBegun={setWatched} />
      <RemoveImageDialog
        asked={askedFor("remove")}
        onClose={() => setAsked(null)}
        onRemoved={() => {
          if (image.references.length < 2) router.push("/images")
        }}
      />
    </>
  )
}
