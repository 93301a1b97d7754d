"use client"
import type { Plan } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"

/** Removes a plan that no tenant has. */
export function RemovePlanDialog({ plan, onClose }: { plan: Plan | null; onClose: () => void }) {
  const t = useTranslations("plans.remove")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const remove = useMutation(trpc.plans.remove.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.plans.pathFilter()) }))
  if (plan === null) return null
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("title", { name: plan.name })}
      lost={[t("terms")]}
      kept={[t("metering")]}
      confirmLabel={t("confirm")}
      onConfirm={async () => {
        await remove.mutateAsync({ plan: plan.id })
        toast.success(t("done", { name: plan.name }))
      }}
    />
  )
}
