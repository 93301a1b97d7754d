"use client"
import type { OnHost, VolumeSummary } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Minimize2 } from "lucide-react"
import { useTranslations } from "use-intl"
import { IconButton } from "@/components/controls/icon-button"
import { toast } from "@/components/controls/toast"
import { useErrorToast } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"

/** Gives back to the host what a volume does not use any more, and says how much that was. Nothing is lost by it. */
export function CompactVolumeButton({ volume }: { volume: OnHost<VolumeSummary> }) {
  const t = useTranslations("volumes")
  const format = useFormat()
  const fail = useErrorToast()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const compact = useMutation(
    trpc.volumes.compact.mutationOptions({
      onSuccess: ({ beforeBytes, afterBytes }) => {
        toast.success(t("compacted", { name: volume.name, size: format.bytes(Math.max(0, beforeBytes - afterBytes)) }))
        return queries.invalidateQueries(trpc.volumes.pathFilter())
      },
      onError: (error) => fail(t("compactFailed", { name: volume.name }), error),
    }),
  )
  return (
    <IconButton
      size="sm"
      label={t("compactOne", { name: volume.name })}
      busy={compact.isPending}
      icon={<Minimize2 aria-hidden className="size-3.5" />}
      onClick={() => compact.mutate({ host: volume.host, name: volume.name })}
    />
  )
}
