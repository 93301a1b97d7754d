"use client"
import type { GarbageReport } from "@plimsoll/server/contract"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { Check, LoaderCircle } from "lucide-react"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Checkbox } from "@/components/controls/checkbox"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { HostSelect } from "@/components/hosts/host-select"
import { useTRPC, useTRPCClient } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { shortId } from "./image-name"

interface CollectDialogProps {
  open: boolean
  onClose: () => void
  /** Hosts whose engines can; the first one is meant unless another is chosen. */
  hosts: readonly string[]
}

/** Says what a collection would take and how much comes back, does it when that was confirmed, and says what came of it. */
export function CollectDialog({ open, ...rest }: CollectDialogProps) {
  return open ? <Collect {...rest} /> : null
}

function Collect({ onClose, hosts }: Omit<CollectDialogProps, "open">) {
  const t = useTranslations("images")
  const controls = useTranslations("controls")
  const format = useFormat()
  const trpc = useTRPC()
  const client = useTRPCClient()
  const queries = useQueryClient()
  const [host, setHost] = useState(hosts[0] ?? "")
  const [fresh, setFresh] = useState(false)
  const scope = { host, ...(fresh ? { graceMs: 0 } : {}) }
  const preview = useQuery({
    queryKey: ["images.collect", scope],
    queryFn: () => client.images.collect.mutate({ ...scope, dryRun: true }),
    // What is garbage changes all the time: never an answer of before.
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
  })
  const collect = useMutation(trpc.images.collect.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.images.pathFilter()) }))
  const nothing = preview.data !== undefined && countOf(preview.data) === 0

  return (
    <Dialog
      open
      onOpenChange={(next) => (next ? undefined : onClose())}
      title={t("collectTitle")}
      description={t("collectDescription")}
      footer={
        collect.data ? (
          <Button variant="primary" onClick={onClose}>
            {controls("close")}
          </Button>
        ) : (
          <>
            <Button onClick={onClose}>{controls("cancel")}</Button>
            <Button
              variant="danger"
              busy={collect.isPending}
              disabled={preview.data === undefined || nothing}
              onClick={() => collect.mutate({ ...scope, dryRun: false })}
            >
              {preview.data === undefined || nothing
                ? t("collectStart")
                : t("collectNow", { size: format.bytes(preview.data.reclaimedBytes) })}
            </Button>
          </>
        )
      }
    >
      {collect.data ? (
        <div role="status" className="flex flex-col gap-2">
          <p className="flex items-center gap-2 font-medium">
            <Check aria-hidden className="size-4 text-run-ink" />
            {t("collected", { size: format.bytes(collect.data.reclaimedBytes) })}
          </p>
          <Report report={collect.data} />
        </div>
      ) : (
        <div className="flex flex-col gap-3.5">
          {hosts.length > 1 ? (
            <Field label={t("host")}>
              <HostSelect value={host} onValueChange={setHost} needs="image-garbage" />
            </Field>
          ) : null}
          <Checkbox checked={fresh} onCheckedChange={setFresh} description={t("collectFreshHint")} disabled={collect.isPending}>
            {t("collectFresh")}
          </Checkbox>
          {preview.error ? (
            <ErrorState compact error={preview.error} title={t("collectFailed")} onRetry={() => void preview.refetch()} />
          ) : preview.data === undefined ? (
            <p role="status" className="flex items-center gap-2 text-mute">
              <LoaderCircle aria-hidden className="size-3.5 animate-spin" />
              {t("collectReading")}
            </p>
          ) : nothing ? (
            <p role="status">{t("collectNothing")}</p>
          ) : (
            <div role="status" className="flex flex-col gap-2 border-bad border-l-2 pl-3">
              <p className="font-medium">{t("collectGone")}</p>
              <Report report={preview.data} />
              <p className="text-mute">{t("collectNoUndo")}</p>
            </div>
          )}
          {collect.error ? <ErrorState compact error={collect.error} /> : null}
        </div>
      )}
    </Dialog>
  )
}

function countOf({ images, layers, blobs }: GarbageReport): number {
  return images.length + layers.length + blobs.length
}

const sum = (items: readonly { sizeBytes: number }[]) => items.reduce((total, each) => total + each.sizeBytes, 0)

/** What goes, by kind; the images one by one, since they are what a person knows. */
function Report({ report }: { report: GarbageReport }) {
  const t = useTranslations("images")
  const format = useFormat()
  const { images, layers, blobs } = report
  return (
    <ul className="flex flex-col gap-0.5">
      {images.length > 0 ? (
        <li>
          {t("collectImages", { count: images.length })}
          <ul className="my-0.5 max-h-40 overflow-y-auto pl-3">
            {images.map((image) => (
              <li key={image.id} className="flex justify-between gap-3 text-mute">
                <code className="text-sm">{shortId(image.id)}</code>
                {format.bytes(image.sizeBytes)}
              </li>
            ))}
          </ul>
        </li>
      ) : null}
      {layers.length > 0 ? <Line text={t("collectLayers", { count: layers.length })} size={format.bytes(sum(layers))} /> : null}
      {blobs.length > 0 ? <Line text={t("collectBlobs", { count: blobs.length })} size={format.bytes(sum(blobs))} /> : null}
    </ul>
  )
}

function Line({ text, size }: { text: string; size: string }) {
  return (
    <li className="flex justify-between gap-3">
      {text}
      <span className="whitespace-nowrap">{size}</span>
    </li>
  )
}
