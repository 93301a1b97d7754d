"use client"
import type { HostSummary } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { toast } from "@/components/controls/toast"
import { containersOf } from "@/lib/hosts"
import { useTRPC } from "@/lib/trpc"

/** Takes a host out of the console. Nothing happens there; what is forgotten is said. `onRemoved`: when it is done. */
export function RemoveHostDialog({ host, onClose, onRemoved }: { host: HostSummary; onClose: () => void; onRemoved: () => void }) {
  const t = useTranslations("hosts.remove")
  const remove = useMutation(useTRPC().hosts.remove.mutationOptions())
  const { total, running } = containersOf(host)
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("title", { name: host.name })}
      lost={[t("access"), t("lists")]}
      kept={[total === 0 ? t("nothingThere") : t("containers", { total, running }), t("data"), t("records")]}
      confirmLabel={t("confirm")}
      onConfirm={async () => {
        await remove.mutateAsync({ host: host.id })
        toast.success(t("done", { name: host.name }))
        onRemoved()
      }}
    />
  )
}
