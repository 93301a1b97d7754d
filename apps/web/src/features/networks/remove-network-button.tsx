"use client"
import type { NetworkSummary, OnHost } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Trash2 } from "lucide-react"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { ConfirmDialog } from "@/components/controls/confirm-dialog"
import { IconButton } from "@/components/controls/icon-button"
import { toast } from "@/components/controls/toast"
import { useMay } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"

/** Removes a network that somebody made; nothing for those that are always there, and for who may not. */
export function RemoveNetworkButton({ network }: { network: OnHost<NetworkSummary> }) {
  const t = useTranslations("networks")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const remove = useMutation(
    trpc.networks.remove.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.networks.pathFilter()) }),
  )
  const isBuiltIn = network.driver !== "bridge" || network.name === "bridge" || network.name === `${network.tenant}.bridge`
  const may = useMay()("networks.remove")
  if (isBuiltIn || !may) return null
  const { host, name } = network
  return (
    <>
      <IconButton label={t("removeOne", { name })} icon={<Trash2 />} onClick={() => setAsking(true)} />
      {asking ? (
        <ConfirmDialog
          open
          onOpenChange={setAsking}
          title={t("removeTitle", { name })}
          lost={[t("lost")]}
          confirmLabel={t("remove")}
          onConfirm={async () => {
            await remove.mutateAsync({ host, name })
            toast.success(t("removed", { name }))
          }}
        />
      ) : null}
    </>
  )
}
