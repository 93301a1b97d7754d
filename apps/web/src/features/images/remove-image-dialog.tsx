"use client"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { shortReference } from "./image-name"
import type { AskedImage } from "./images-table"

interface RemoveImageDialogProps {
  asked: AskedImage | null
  onClose: () => void
  onRemoved?: () => void
}

/** Takes a name away, and with the last one the image. Says which of the two it is. */
export function RemoveImageDialog({ asked, onClose, onRemoved }: RemoveImageDialogProps) {
  const t = useTranslations("images")
  const format = useFormat()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const remove = useMutation(trpc.images.remove.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.images.pathFilter()) }))
  if (asked === null) return null
  const { host, image, reference } = asked
  const others = image.references.filter((each) => each !== reference)
  const last = others.length === 0
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t(last ? "removeTitle" : "untagTitle", { name: shortReference(reference) })}
      lost={
        last
          ? [t("lostImage", { size: format.bytes(image.sizeBytes - image.sharedBytes) }), t("lostAgain")]
          : [t("lostName", { name: shortReference(reference) })]
      }
      kept={
        last
          ? image.sharedBytes > 0
            ? [t("keptShared", { size: format.bytes(image.sharedBytes) })]
            : []
          : [t("keptNames", { names: others.map(shortReference).join(", ") })]
      }
      confirmLabel={last ? t("remove") : t("removeName")}
      onConfirm={async () => {
        await remove.mutateAsync({ host, reference })
        toast.success(t(last ? "removed" : "untagged", { name: shortReference(reference) }))
        onRemoved?.()
      }}
    />
  )
}
