"use client"
import type { HostSummary } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { FormDialog } from "@/components/controls/form-dialog"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { formOfAddress } from "../endpoint/endpoint-form"
import { EndpointPanel } from "../endpoint/endpoint-panel"
import { useEndpoint } from "../endpoint/use-endpoint"

/** Where a host's engine listens now, and how one is let in. Secrets are never shown: they are typed anew. */
export function ChangeEndpointDialog({ host, onClose }: { host: HostSummary; onClose: () => void }) {
  const t = useTranslations("hosts")
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
    <FormDialog
      onClose={onClose}
      title={t("changeEndpointTitle", { name: host.name })}
      description={t("changeEndpointDescription")}
      size="lg"
      submitLabel={t("changeEndpoint")}
      busy={change.isPending}
      error={change.error}
      errorTitle={t("changeFailed")}
      onSubmit={submit}
    >
      <EndpointPanel state={endpoint} />
    </FormDialog>
  )
}
