"use client"
import { reclaimContainerInput } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { BytesField } from "@/components/controls/bytes-field"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useContainer } from "./container-context"

const MIB = 2 ** 20

/** Takes memory back from a container that keeps running, and says there what it gave. */
export function ReclaimDialog({ onClose }: { onClose: () => void }) {
  const t = useTranslations("container.reclaim")
  const controls = useTranslations("controls")
  const format = useFormat()
  const { id, name, row } = useContainer()
  const used = row.stats?.memoryUsedBytes ?? null
  // A quarter to begin with: who takes all takes what is in use, too.
  const [bytes, setBytes] = useState<number | null>(() => Math.max(MIB, Math.round((used ?? 0) / 4 / MIB) * MIB))
  const reclaim = useMutation(useTRPC().containers.reclaim.mutationOptions())
  const { data: input } = reclaimContainerInput.safeParse({ id, bytes })
  return (
    <FormDialog
      onClose={onClose}
      title={t("title", { name })}
      description={t("description")}
      size="sm"
      submitLabel={t("submit")}
      busy={reclaim.isPending}
      disabled={input === undefined}
      closeLabel={controls("close")}
      error={reclaim.error}
      errorTitle={t("failed")}
      onSubmit={() => {
        if (input !== undefined) reclaim.mutate(input)
      }}
    >
      <Field label={t("bytes")} description={t("hint", { used: format.bytes(used) })} error={input === undefined ? t("invalid") : null}>
        <BytesField value={bytes} onValueChange={setBytes} unitLabel={controls("unit")} />
      </Field>
      {reclaim.data ? (
        <p role="status">
          {t("gaveBack", {
            size: format.bytes(Math.max(0, reclaim.data.beforeBytes - reclaim.data.afterBytes)),
            left: format.bytes(reclaim.data.afterBytes),
          })}
        </p>
      ) : null}
    </FormDialog>
  )
}
