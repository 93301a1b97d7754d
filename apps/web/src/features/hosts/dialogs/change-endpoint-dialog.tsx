"use client"
import type { HostSummary } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { formOfAddress } from "../endpoint/endpoint-form"
import { EndpointPanel } from "../endpoint/endpoint-panel"
import { useEndpoint } from "../endpoint/use-endpoint"

/** Where a host's engine listens now, and how one is let in. Secrets are never shown: they are typed anew. */
export function ChangeEndpointDialog({ host, onClose }: { host: HostSummary; onClose: () => void }) {
  const t = useTranslations("hosts")
  const controls = useTranslations("controls")
  const endpoint = useEndpoint(formOfAddress(host.endpoint))
  const change = useMutation(useTRPC().hosts.change.mutationOptions())

  function submit() {
    const chosen = endpoint.take()
    if (chosen === undefined) return
    change.mutate(
      { host: host.id, endpoint: chosen },
      {
        onSuccess: () => {
          toast.success(t("endpointChanged", { name: host.name }))
          onClose()
        },
      },
    )
  }

  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("changeEndpointTitle", { name: host.name })}
      description={t("changeEndpointDescription")}
      size="lg"
      footer={
        <>
          <Button onClick={onClose}>{controls("cancel")}</Button>
          <Button variant="primary" busy={change.isPending} onClick={submit}>
            {t("changeEndpoint")}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <EndpointPanel state={endpoint} />
        {change.error ? <ErrorState compact error={change.error} title={t("changeFailed")} /> : null}
      </div>
    </Dialog>
  )
}
