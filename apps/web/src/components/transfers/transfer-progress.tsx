"use client"
import type { Transfer, TransferLayer } from "@plimsoll/server/contract"
import { Check, CircleDashed, CircleSlash, LoaderCircle, PackageOpen, TriangleAlert } from "lucide-react"
import Link from "next/link"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { cn } from "@/lib/cn"
import { LateError } from "@/lib/errors"
import { useFormat } from "@/lib/use-format"
import { ProgressBar } from "./progress-bar"
import { useTransferText } from "./use-transfer-text"

interface TransferProgressProps {
  transfer: Transfer
  /** Tries again what failed. */
  onRetry?: () => void
}

/** How far a pull or a push is, as a whole and by layer; of one that failed, why, and what to do. */
export function TransferProgress({ transfer, onRetry }: TransferProgressProps) {
  const t = useTranslations("transfers")
  const format = useFormat()
  const { title, status, share } = useTransferText()(transfer)
  const { progress, error } = transfer
  return (
    <div className="flex flex-col gap-3">
      {error ? (
        <>
          <ErrorState
            compact
            error={new LateError(error)}
            title={t(transfer.kind === "push" ? "pushFailed" : transfer.imageId === null ? "pullFailed" : "createFailed")}
            {...(onRetry === undefined ? {} : { onRetry })}
          />
          {error.code.startsWith("registry_") ? <RegistriesHint /> : null}
        </>
      ) : (
        <div>
          <div className="mb-1.5 flex items-center gap-2">
            <StatusIcon status={transfer.status} />
            <p role="status" className="min-w-0 flex-1">
              {status}
            </p>
            {transfer.status === "running" && share !== null ? <span className="text-mute">{format.percent(share)}</span> : null}
          </div>
          {transfer.status === "running" ? <ProgressBar label={title} share={share} /> : null}
        </div>
      )}
      {progress !== null && progress.layers.length > 0 ? (
        <ol aria-label={t("layers")} className="flex max-h-72 flex-col overflow-y-auto rounded-control border border-line">
          {progress.layers.map((layer, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: an image may have one layer twice, and their order never changes.
            <LayerLine key={index} layer={layer} ended={transfer.status !== "running"} push={transfer.kind === "push"} />
          ))}
        </ol>
      ) : null}
    </div>
  )
}

function RegistriesHint() {
  const t = useTranslations("transfers")
  return (
    <p className="text-mute text-sm">
      {t.rich("registriesHint", {
        link: (text: ReactNode) => (
          <Link href="/registries" className="rounded underline decoration-line-strong hover:decoration-ink">
            {text}
          </Link>
        ),
      })}
    </p>
  )
}

function StatusIcon({ status }: { status: Transfer["status"] }) {
  const className = "size-3.5 shrink-0"
  if (status === "running") return <LoaderCircle aria-hidden className={cn(className, "animate-spin text-mute")} />
  if (status === "done") return <Check aria-hidden className={cn(className, "text-run-ink")} />
  if (status === "failed") return <TriangleAlert aria-hidden className={cn(className, "text-bad-ink")} />
  return <CircleSlash aria-hidden className={cn(className, "text-faint")} />
}

function LayerLine({ layer, ended, push }: { layer: TransferLayer; ended: boolean; push: boolean }) {
  const t = useTranslations("transfers")
  const format = useFormat()
  const { state } = layer
  const settled = state === "done" || state === "present"
  const share = layer.sizeBytes > 0 ? layer.doneBytes / layer.sizeBytes : 0
  const moves = !ended && (state === "transferring" || state === "unpacking")
  return (
    <li className="border-line not-last:border-b px-3 py-1.5">
      <div className="flex items-center gap-2">
        <span className={cn("[&_svg]:size-3.5", settled ? "text-run-ink" : "text-faint")}>
          {settled ? <Check aria-hidden /> : state === "unpacking" ? <PackageOpen aria-hidden /> : <CircleDashed aria-hidden />}
        </span>
        <code className="text-sm">{layer.digest.replace(/^sha256:/, "").slice(0, 12)}</code>
        <span className="truncate text-mute text-sm">
          {t(state === "present" && push ? "state.presentThere" : ended && !settled ? "state.unfinished" : `state.${state}`)}
        </span>
        <span className="ml-auto whitespace-nowrap text-mute text-sm">
          {moves && state === "transferring"
            ? t("bytes", { done: format.bytes(layer.doneBytes), size: format.bytes(layer.sizeBytes) })
            : format.bytes(layer.sizeBytes)}
        </span>
      </div>
      {moves ? <ProgressBar className="mt-1" share={state === "unpacking" ? null : share} /> : null}
    </li>
  )
}
