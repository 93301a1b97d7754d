"use client"
import type { Tenant } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Download } from "lucide-react"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { Field } from "@/components/controls/field"
import { Select } from "@/components/controls/select"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useTenantActions } from "./use-tenant-actions"

const DAY = 86_400_000
const graceDays = ["0", "1", "7", "30", "90"] as const

/** Suspends a tenant now and removes it when the grace time is over. Says what goes and when; its name has to be typed. */
export function RemoveTenantDialog({ tenant, onClose }: { tenant: Tenant; onClose: () => void }) {
  const t = useTranslations("tenants.remove")
  const format = useFormat()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const actions = useTenantActions(tenant)
  const [openedAt] = useState(() => Date.now())
  const [days, setDays] = useState<(typeof graceDays)[number]>("7")
  const remove = useMutation(trpc.tenants.remove.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.tenants.pathFilter()) }))
  const { name, counts, used } = tenant
  const graceMs = Number(days) * DAY
  const when = format.dateTime(openedAt + graceMs)
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("title", { name })}
      lost={[
        graceMs === 0 ? t("atOnce") : t("when", { when }),
        t("containers", { count: counts.containers }),
        t("volumes", { count: counts.volumes, size: format.bytes(used.diskBytes) }),
        t("networks", { count: counts.networks }),
        t("people", { members: counts.members, tokens: counts.tokens }),
      ]}
      kept={[t("records"), ...(graceMs === 0 ? [] : [t("until", { running: counts.runningContainers })])]}
      confirmLabel={graceMs === 0 ? t("confirmNow") : t("confirm")}
      typeToConfirm={name}
      onConfirm={async () => {
        await remove.mutateAsync({ tenant: name, graceMs })
        toast.success(graceMs === 0 ? t("doneNow", { name }) : t("done", { name, when }))
      }}
    >
      <Field label={t("grace")} description={t("graceHint")}>
        <Select
          value={days}
          onValueChange={setDays}
          options={graceDays.map((value) => ({ value, label: value === "0" ? t("noGrace") : t("days", { count: Number(value) }) }))}
        />
      </Field>
      <Button className="self-start" size="sm" icon={<Download aria-hidden className="size-3.5" />} onClick={actions.export}>
        {t("exportFirst")}
      </Button>
    </ConfirmDialog>
  )
}
