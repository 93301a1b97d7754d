"use client"
import type { Transfer } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Button, buttonClass } from "@/components/controls/button"
import { CopyButton } from "@/components/controls/copy-button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { SkeletonRows } from "@/components/controls/skeleton"
import { TransferProgress } from "@/components/transfers/transfer-progress"
import { useTransferText } from "@/components/transfers/use-transfer-text"
import { useHosts, useTransfersLive } from "@/lib/live"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"
import { useTransferAgain } from "./use-transfer-again"

interface TransferDialogProps {
  /** Whose progress is shown; `null`: none. */
  id: string | null
  onClose: () => void
  /** Another transfer takes its place: what failed was begun once more. */
  onBegun: (id: string) => void
}

/** Looks at a transfer while it runs. It goes on without being looked at. */
export function TransferDialog({ id, onClose, onBegun }: TransferDialogProps) {
  const t = useTranslations("transfers")
  const controls = useTranslations("controls")
  const { data, error } = useTransfersLive()
  if (id === null) return null
  const transfer = data?.byId.get(id)
  if (transfer) return <Running transfer={transfer} onClose={onClose} onBegun={onBegun} />
  return (
    <Dialog
      open
      onOpenChange={(next) => (next ? undefined : onClose())}
      title={data === undefined ? t("title") : t("forgotten")}
      footer={<Button onClick={onClose}>{t("close")}</Button>}
    >
      {data !== undefined ? (
        <p className="text-mute">{t("forgottenHint")}</p>
      ) : error ? (
        <ErrorState compact error={error} />
      ) : (
        <SkeletonRows label={controls("loading")} rows={3} />
      )}
    </Dialog>
  )
}

function Running({ transfer, onClose, onBegun }: Omit<TransferDialogProps, "id"> & { transfer: Transfer }) {
  const t = useTranslations("transfers")
  const format = useFormat()
  const now = useNow()
  const { list, byId } = useHosts()
  const { title, href } = useTransferText()(transfer)
  const cancel = useMutation(useTRPC().transfers.cancel.mutationOptions())
  const again = useTransferAgain(transfer)
  const running = transfer.status === "running"
  const time =
    transfer.endedAt === null
      ? t("began", { ago: format.ago(transfer.startedAt, now) })
      : t("took", { duration: format.duration(transfer.endedAt - transfer.startedAt) })
  return (
    <Dialog
      open
      onOpenChange={(next) => (next ? undefined : onClose())}
      title={<span className="break-all">{title}</span>}
      description={list.length > 1 ? `${t("onHost", { host: byId.get(transfer.host)?.name ?? transfer.host })}, ${time}` : time}
      footer={
        running ? (
          <>
            <Button busy={cancel.isPending} onClick={() => cancel.mutate({ id: transfer.id })}>
              {t("cancel")}
            </Button>
            <Button variant="primary" onClick={onClose}>
              {t("background")}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={onClose}>{t("close")}</Button>
            {href === undefined ? null : (
              <Link href={href} className={buttonClass({ variant: "primary" })}>
                {t(transfer.container ? "showContainer" : "showImage")}
              </Link>
            )}
          </>
        )
      }
    >
      <div className="flex flex-col gap-3">
        <TransferProgress transfer={transfer} {...(again === undefined ? {} : { onRetry: () => again.begin(onBegun) })} />
        {transfer.digest === null ? null : (
          <p className="flex min-w-0 items-center gap-1 text-mute text-sm">
            <span className="whitespace-nowrap">{t("digest")}</span>
            <code className="truncate">{transfer.digest}</code>
            <CopyButton text={transfer.digest} />
          </p>
        )}
        {cancel.error ? <ErrorState compact error={cancel.error} title={t("notCancelled", { title })} /> : null}
        {again?.error ? <ErrorState compact error={again.error} /> : null}
      </div>
    </Dialog>
  )
}
