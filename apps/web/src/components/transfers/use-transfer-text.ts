"use client"
import type { Transfer } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { containerHref } from "@/lib/container-href"
import { imageHref } from "@/lib/image-href"
import { useFormat } from "@/lib/use-format"

export interface TransferText {
  /** What is done: `Pull alpine:3`. */
  title: string
  /** How far it is, or how it ended; of a failure, nothing: its error says it. */
  status: string
  /** 0–1; `null` while it cannot be told. */
  share: number | null
  /** Where the result is; of one without result, nothing. */
  href?: string
}

/** Tells a transfer in the language of the page. */
export function useTransferText(): (transfer: Transfer) => TransferText {
  const t = useTranslations("transfers")
  const format = useFormat()

  function progress({ progress, container, kind }: Transfer): string {
    if (progress === null) return t("waiting")
    if (progress.phase === "resolving") return t("resolving")
    if (progress.phase === "finishing") return container ? t("creating") : kind === "pull" ? t("unpacking") : t("finishing")
    return t("bytes", { done: format.bytes(progress.doneBytes), size: format.bytes(progress.sizeBytes) })
  }

  return (transfer) => {
    const { kind, status, reference, container, imageId, host } = transfer
    const name = shortReference(reference)
    const size = transfer.progress?.sizeBytes ?? 0
    const share = status === "running" ? (size > 0 ? Math.min(1, (transfer.progress?.doneBytes ?? 0) / size) : null) : 1
    const href = container?.id
      ? containerHref({ id: container.id, name: container.name ?? container.id, host })
      : kind === "pull" && imageId
        ? imageHref({ id: imageId, host })
        : undefined
    return {
      title: container
        ? t("createTitle", { name: container.name ?? "", named: container.name ? "yes" : "no", image: name })
        : t(kind === "pull" ? "pullTitle" : "pushTitle", { name }),
      status:
        status === "running"
          ? progress(transfer)
          : status === "done"
            ? container
              ? t("created", { name: container.name ?? container.id?.slice(0, 12) ?? "" })
              : t(kind === "pull" ? "pulled" : "pushed")
            : status === "cancelled"
              ? t("cancelled")
              : "",
      share,
      ...(status === "done" && href !== undefined ? { href } : {}),
    }
  }
}

/** Where the layers of a transfer can be seen. */
export function transferHref(transfer: Pick<Transfer, "id">): string {
  return `/images?${new URLSearchParams({ transfer: transfer.id })}`
}

function shortReference(reference: string): string {
  return reference.replace(/^docker\.io\/(library\/)?/, "")
}
