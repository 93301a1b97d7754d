"use client"
import { reclaimContainerInput } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { BytesField } from "@/components/controls/bytes-field"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useContainer } from "./container-context"

const MIB = 2 ** 20

/** Takes memory back from a container that keeps running, and says there what it gave. */
export function ReclaimDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("container.reclaim")
  const controls = useTranslations("controls")
  const format = useFormat()
  const form = useId()
  const { id, name, row } = useContainer()
  const used = row.stats?.memoryUsedBytes ?? null
  // A quarter to begin with: who takes all takes what is in use, too.
  const [bytes, setBytes] = useState<number | null>(() => Math.max(MIB, Math.round((used ?? 0) / 4 / MIB) * MIB))
  const reclaim = useMutation(useTRPC().containers.reclaim.mutationOptions())
  const { data: input } = reclaimContainerInput.safeParse({ id, bytes })
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("title", { name })}
      description={t("description")}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{controls("close")}</Button>
          <Button type="submit" form={form} variant="primary" busy={reclaim.isPending} disabled={input === undefined}>
            {t("submit")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          if (input !== undefined) reclaim.mutate(input)
        }}
      >
        <Field label={t("bytes")} description={t("hint", { used: format.bytes(used) })} error={input === undefined ? t("invalid") : null}>
          <BytesField value={bytes} onValueChange={setBytes} unitLabel={controls("unit")} />
        </Field>
        {reclaim.error ? <ErrorState error={reclaim.error} compact title={t("failed")} /> : null}
        {reclaim.data ? (
          <p role="status">
            {t("gaveBack", {
              size: format.bytes(Math.max(0, reclaim.data.beforeBytes - reclaim.data.afterBytes)),
              left: format.bytes(reclaim.data.afterBytes),
            })}
          </p>
        ) : null}
      </form>
    </Dialog>
  )
}
