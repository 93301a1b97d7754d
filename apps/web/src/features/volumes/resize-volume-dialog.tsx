"use client"
import { type OnHost, resizeVolumeInput, type VolumeSummary } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { BytesField } from "@/components/controls/bytes-field"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { toast } from "@/components/controls/toast"
import { Overrule } from "@/components/overprovisioning/overrule"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"

/** Grows a volume with a limit; containers that use it go on. */
export function ResizeVolumeDialog({ volume, onClose }: { volume: OnHost<VolumeSummary> | null; onClose: () => void }) {
  return volume?.limit.kind === "disk" ? <Resize volume={volume} present={volume.limit.sizeBytes} onClose={onClose} /> : null
}

function Resize({ volume, present, onClose }: { volume: OnHost<VolumeSummary>; present: number; onClose: () => void }) {
  const t = useTranslations("volumes")
  const controls = useTranslations("controls")
  const format = useFormat()
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [sizeBytes, setSizeBytes] = useState<number | null>(present)
  const resize = useMutation(trpc.volumes.resize.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.volumes.pathFilter()) }))
  const { data: input } = resizeVolumeInput.safeParse({ host: volume.host, name: volume.name, sizeBytes })
  const larger = input !== undefined && input.sizeBytes > present

  function send(overrule?: string) {
    if (!larger) return
    resize.mutate(
      { ...input, ...(overrule === undefined ? {} : { overrule }) },
      {
        onSuccess: () => {
          toast.success(t("resizedDone", { name: volume.name, size: format.bytes(input.sizeBytes) }))
          onClose()
        },
      },
    )
  }

  return (
    <FormDialog
      onClose={onClose}
      title={t("resizeTitle", { name: volume.name })}
      description={t("resizeDescription")}
      size="sm"
      submitLabel={t("resize")}
      busy={resize.isPending}
      disabled={!larger}
      error={resize.error}
      instead={<Overrule error={resize.error} busy={resize.isPending} onOverrule={send} />}
      onSubmit={send}
    >
      <Field
        label={t("size")}
        description={t("resizeHint", { size: format.bytes(present) })}
        error={sizeBytes !== present && !larger ? t("resizeInvalid", { size: format.bytes(present) }) : null}
      >
        <BytesField value={sizeBytes} onValueChange={setSizeBytes} unitLabel={controls("unit")} />
      </Field>
    </FormDialog>
  )
}
