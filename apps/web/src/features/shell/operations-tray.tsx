"use client"
import type { Transfer } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { Check, CircleSlash, LoaderCircle, TriangleAlert, X } from "lucide-react"
import Link from "next/link"
import { useCallback, useEffect } from "react"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { ProgressBar } from "@/components/transfers/progress-bar"
import { transferHref, useTransferText } from "@/components/transfers/use-transfer-text"
import { dismissTransfer, useDismissedTransfers } from "@/lib/dismissed-transfers"
import { LateError, useErrorToast, useExplainError } from "@/lib/errors"
import { useTransfersLive } from "@/lib/live"
import { dismissOperation, type Operation, useOperations } from "@/lib/operations"
import { useMay } from "@/lib/session"
import { shownTransfers } from "@/lib/shown-transfers"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"
import { useRefreshAfterTransfers } from "./use-refresh-after-transfers"

/** What went well needs no dismissing; what failed stays until it was read. */
const DONE_SHOWN_MS = 15_000

const none: readonly Transfer[] = []

/** What takes a while, over every page, each with a way to end it: uploads of this tab, and the server's pulls and pushes. */
export function OperationsTray() {
  const t = useTranslations("operations")
  const operations = useOperations()
  const all = useTransfersLive().data?.list ?? none
  const transfers = shownTransfers(all, { dismissed: useDismissedTransfers(), now: useNow() })
  useRefreshAfterTransfers(all)
  if (operations.length === 0 && transfers.length === 0) return null
  return (
    <aside
      aria-label={t("title")}
      // Below the navigation where there is one, else above the buttons that stick to a form's lower edge: it must not hide what one works with.
      className="fixed bottom-2 print:hidden left-2 z-30 max-h-[40dvh] w-48 overflow-y-auto rounded-panel border border-line bg-raised shadow-pop max-lg:bottom-20 max-lg:left-4 max-lg:max-h-[30dvh] max-lg:w-80 max-lg:max-w-[calc(100vw-2rem)]"
    >
      <ul>
        {transfers.map((transfer) => (
          <TransferLine key={transfer.id} transfer={transfer} />
        ))}
        {operations.map((operation) => (
          <OperationLine key={operation.id} operation={operation} />
        ))}
      </ul>
    </aside>
  )
}

function OperationLine({ operation }: { operation: Operation }) {
  const t = useTranslations("operations")
  const format = useFormat()
  const { id, state, progress } = operation
  const { message } = useExplainError(operation.error ?? null)
  const dismiss = useCallback(() => dismissOperation(id), [id])
  const text =
    state === "running"
      ? progress === null
        ? t("working")
        : t("sent", { share: format.percent(progress) })
      : state === "failed"
        ? message
        : state === "cancelled"
          ? t("cancelled")
          : (operation.result ?? t("done"))
  return (
    <Line
      title={operation.title}
      text={text}
      state={state}
      share={progress}
      href={state === "done" ? operation.href : undefined}
      onCancel={dismiss}
      onDismiss={dismiss}
    />
  )
}

function TransferLine({ transfer }: { transfer: Transfer }) {
  const t = useTranslations("transfers")
  const { id, status, error } = transfer
  const { title, status: text, share, href } = useTransferText()(transfer)
  const { message } = useExplainError(error === null ? null : new LateError(error))
  const toastError = useErrorToast()
  const dismiss = useCallback(() => dismissTransfer(id), [id])
  const may = useMay()
  const cancel = useMutation(useTRPC().transfers.cancel.mutationOptions())
  return (
    <Line
      title={title}
      text={error === null ? text : message}
      state={status}
      share={share}
      href={href ?? transferHref(transfer)}
      cancelling={cancel.isPending}
      cancellable={may("transfers.cancel")}
      onCancel={() => cancel.mutate({ id }, { onError: (reason) => toastError(t("notCancelled", { title }), reason) })}
      onDismiss={dismiss}
    />
  )
}

interface LineProps {
  title: string
  text: string
  state: Operation["state"]
  /** 0–1; `null`: it cannot be told. */
  share: number | null
  /** Where there is more about it. */
  href: string | undefined
  cancelling?: boolean
  cancellable?: boolean
  onCancel: () => void
  onDismiss: () => void
}

function Line({ title, text, state, share, href, cancelling = false, cancellable = true, onCancel, onDismiss }: LineProps) {
  const t = useTranslations("operations")
  const passes = state === "done" || state === "cancelled"
  useEffect(() => {
    if (!passes) return
    const timer = setTimeout(onDismiss, DONE_SHOWN_MS)
    return () => clearTimeout(timer)
  }, [passes, onDismiss])
  return (
    <li className="border-line not-last:border-b px-2.5 py-2">
      <div className="flex items-start gap-2">
        <span className="mt-1 [&_svg]:size-3.5">
          {state === "running" ? (
            <LoaderCircle className="animate-spin text-mute" />
          ) : state === "done" ? (
            <Check className="text-run-ink" />
          ) : state === "failed" ? (
            <TriangleAlert className="text-bad-ink" />
          ) : (
            <CircleSlash className="text-faint" />
          )}
        </span>
        <div className="min-w-0 flex-1">
          <p className="line-clamp-3 break-words font-medium" title={title}>
            {href === undefined ? (
              title
            ) : (
              <Link href={href} className="rounded hover:underline">
                {title}
              </Link>
            )}
          </p>
          <p role="status" title={text} className="line-clamp-4 break-words text-mute text-sm">
            {text}
          </p>
        </div>
        {state === "running" && !cancellable ? null : (
          <IconButton
            size="sm"
            label={state === "running" ? t("cancel") : t("dismiss")}
            busy={cancelling}
            icon={<X aria-hidden className="size-3.5" />}
            onClick={state === "running" ? onCancel : onDismiss}
          />
        )}
      </div>
      {state === "running" ? <ProgressBar className="mt-1.5" share={share} /> : null}
    </li>
  )
}
