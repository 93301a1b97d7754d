"use client"
import type { RegistrySummary } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"

/** Takes a registry's entry away, with the password that nobody can read back. */
export function RemoveRegistryDialog({ registry, onClose }: { registry: RegistrySummary | null; onClose: () => void }) {
  const t = useTranslations("registries")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const remove = useMutation(
    trpc.registries.remove.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.registries.pathFilter()) }),
  )
  if (registry === null) return null
  const { registry: name, username, plainHttp, mirrors } = registry
  const lost = [
    ...(username === null ? [] : [t("lostCredentials", { name: username })]),
    ...(plainHttp || mirrors.length > 0 ? [t("lostSettings")] : []),
  ]
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("removeTitle", { registry: name })}
      lost={lost.length === 0 ? [t("lostEntry")] : lost}
      kept={[t("keptImages")]}
      confirmLabel={t("remove")}
      onConfirm={async () => {
        await remove.mutateAsync({ registry: name })
        toast.success(t("removed", { registry: name }))
      }}
    />
  )
}
