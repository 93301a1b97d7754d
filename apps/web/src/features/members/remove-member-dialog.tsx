"use client"
import type { Member } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"

/** Takes an account away. */
export function RemoveMemberDialog({ member: { userId, username, passkeys }, onClose }: { member: Member; onClose: () => void }) {
  const t = useTranslations("members")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const remove = useMutation(trpc.members.remove.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.members.pathFilter()) }))
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("removeTitle", { name: username })}
      lost={[t("lostAccount"), ...(passkeys > 0 ? [t("lostPasskeys", { count: passkeys })] : []), t("lostSessions")]}
      kept={[t("keptWork")]}
      confirmLabel={t("remove")}
      onConfirm={async () => {
        await remove.mutateAsync({ userId })
        toast.success(t("removed", { name: username }))
      }}
    />
  )
}
