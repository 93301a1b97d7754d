"use client"
import { imageReference } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { shortReference } from "./image-name"
import type { AskedImage } from "./images-table"

/** One more name for an image. */
export function TagDialog({ asked, onClose }: { asked: AskedImage | null; onClose: () => void }) {
  const t = useTranslations("images")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const [reference, setReference] = useState("")
  const tag = useMutation(trpc.images.tag.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.images.pathFilter()) }))
  const valid = imageReference.safeParse(reference).success

  function close() {
    setReference("")
    tag.reset()
    onClose()
  }

  return (
    <FormDialog
      open={asked !== null}
      onClose={close}
      title={t("tagTitle", { name: asked === null ? "" : shortReference(asked.reference) })}
      size="sm"
      submitLabel={t("tag")}
      busy={tag.isPending}
      disabled={!valid}
      error={tag.error}
      onSubmit={() => {
        if (asked === null) return
        tag.mutate(
          { host: asked.host, reference: asked.reference, newReference: reference },
          {
            onSuccess: () => {
              toast.success(t("tagged", { name: reference }))
              close()
            },
          },
        )
      }}
    >
      <Field label={t("newReference")} description={t("referenceHint")} error={reference !== "" && !valid ? t("referenceInvalid") : null}>
        <Input mono value={reference} onChange={(event) => setReference(event.target.value)} />
      </Field>
    </FormDialog>
  )
}
