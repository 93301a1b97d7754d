"use client"
import type { ApiToken } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"

/** Ends a token. What uses it is refused from then on. */
export function RevokeTokenDialog({ token: { id, name }, onClose }: { token: ApiToken; onClose: () => void }) {
  const t = useTranslations("tokens")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const revoke = useMutation(trpc.tokens.revoke.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.tokens.pathFilter()) }))
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("revokeTitle", { name })}
      lost={[t("lost")]}
      confirmLabel={t("revoke")}
      onConfirm={async () => {
        await revoke.mutateAsync({ id })
        toast.success(t("revoked", { name }))
      }}
    />
  )
}
