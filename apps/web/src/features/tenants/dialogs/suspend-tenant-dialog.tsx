"use client"
import { bounds, type Tenant } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { Field } from "@/components/controls/field"
import { TextArea } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"

/** Stops all that a tenant runs until it is resumed. Nothing of it goes. */
export function SuspendTenantDialog({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const t = useTranslations("tenants.suspend")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [reason, setReason] = useState("")
  const suspend = useMutation(
    trpc.tenants.suspend.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.tenants.pathFilter()) }),
  )
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("title", { name: tenant.name })}
      kept={[t("data"), t("members")]}
      confirmLabel={t("confirm")}
      onConfirm={async () => {
        await suspend.mutateAsync({ tenant: tenant.name, reason: reason.trim() })
        toast.success(t("done", { name: tenant.name }))
      }}
    >
      <p>{t("running", { count: tenant.counts.runningContainers })}</p>
      <Field label={t("reason")} optional={t("optional")} description={t("reasonHint")}>
        <TextArea rows={2} value={reason} maxLength={bounds.reasonLength} onChange={(event) => setReason(event.target.value)} />
      </Field>
    </ConfirmDialog>
  )
}
