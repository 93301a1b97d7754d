"use client"
import type { OnHost, VolumeSummary } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { toast } from "@/components/controls/toast"
import { useHosts } from "@/lib/live"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"

/** Removes a volume with all that is in it. The name has to be typed: nothing brings its files back. */
export function RemoveVolumeDialog({ volume, onClose }: { volume: OnHost<VolumeSummary> | null; onClose: () => void }) {
  const t = useTranslations("volumes")
  const format = useFormat()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const remove = useMutation(trpc.volumes.remove.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.volumes.pathFilter()) }))
  const { list, byId } = useHosts()
  if (volume === null) return null
  const title = { name: volume.name, host: byId.get(volume.host)?.name ?? volume.host }
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={list.length > 1 ? t("removeTitleOn", title) : t("removeTitle", { name: volume.name })}
      lost={[
        volume.usedBytes < 0 ? t("lostFiles") : t("lostBytes", { size: format.bytes(volume.usedBytes) }),
        ...(volume.usedBy.length > 0 ? [t("inUse", { count: volume.usedBy.length })] : []),
      ]}
      confirmLabel={t("remove")}
      typeToConfirm={volume.name}
      onConfirm={async () => {
        await remove.mutateAsync({ host: volume.host, name: volume.name })
        toast.success(t("removed", { name: volume.name }))
      }}
    />
  )
}
