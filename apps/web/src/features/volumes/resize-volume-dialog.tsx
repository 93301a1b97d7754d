"use client"
import { type OnHost, resizeVolumeInput, type VolumeSummary } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { BytesField } from "@/components/controls/bytes-field"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
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
  const form = useId()
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
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("resizeTitle", { name: volume.name })}
      description={t("resizeDescription")}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{controls("cancel")}</Button>
          <Button type="submit" form={form} variant="primary" busy={resize.isPending} disabled={!larger}>
            {t("resize")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          send()
        }}
      >
        <Field
          label={t("size")}
          description={t("resizeHint", { size: format.bytes(present) })}
          error={sizeBytes !== present && !larger ? t("resizeInvalid", { size: format.bytes(present) }) : null}
        >
          <BytesField value={sizeBytes} onValueChange={setSizeBytes} unitLabel={controls("unit")} />
        </Field>
        {resize.error ? <ErrorState error={resize.error} compact /> : null}
        {resize.error ? <Overrule error={resize.error} busy={resize.isPending} onOverrule={send} /> : null}
      </form>
    </Dialog>
  )
}
