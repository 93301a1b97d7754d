"use client"
import type { ContainerSummary } from "@plimsoll/server/contract"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Checkbox } from "@/components/controls/checkbox"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"

interface RemoveDialogProps {
  containers: readonly Pick<ContainerSummary, "id" | "name" | "state">[]
  open: boolean
  onOpenChange: (open: boolean) => void
  onConfirm: (options: { force: boolean; removeVolumes: boolean }) => Promise<unknown>
}

const NAMED = 8

/** Asks before containers are removed: names them, says which run, what goes and what stays. */
export function RemoveDialog({ containers, open, onOpenChange, onConfirm }: RemoveDialogProps) {
  const t = useTranslations("containers.remove")
  const [removeVolumes, setRemoveVolumes] = useState(false)
  const live = containers.filter(({ state }) => state.status === "running" || state.status === "paused")
  const hibernating = containers.filter(({ state }) => state.status === "hibernated")
  const named = containers.slice(0, NAMED).map(({ name }) => name)
  return (
    <ConfirmDialog
      open={open}
      onOpenChange={onOpenChange}
      title={containers.length === 1 ? t("titleOne", { name: containers[0]?.name ?? "" }) : t("titleMany", { count: containers.length })}
      lost={[
        ...(containers.length > 1
          ? [containers.length > NAMED ? t("andMore", { names: named.join(", "), count: containers.length - NAMED }) : named.join(", ")]
          : []),
        ...(live.length > 0 ? [t("running", { count: live.length })] : []),
        ...(hibernating.length > 0 ? [t("hibernating", { count: hibernating.length })] : []),
        t("files"),
        t("logs"),
        ...(removeVolumes ? [t("volumesLost")] : []),
      ]}
      kept={removeVolumes ? [t("image")] : [t("image"), t("volumesKept")]}
      confirmLabel={t("confirm")}
      onConfirm={() => onConfirm({ force: live.length + hibernating.length > 0, removeVolumes })}
    >
      <Checkbox checked={removeVolumes} onCheckedChange={(checked) => setRemoveVolumes(checked)}>
        {t("removeVolumes")}
      </Checkbox>
    </ConfirmDialog>
  )
}
