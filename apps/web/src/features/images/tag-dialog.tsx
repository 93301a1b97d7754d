"use client"
import { imageReference } from "@plimsoll/server/contract"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { useTRPC } from "@/lib/trpc"
import { shortReference } from "./image-name"
import type { AskedImage } from "./images-table"

/** One more name for an image. */
export function TagDialog({ asked, onClose }: { asked: AskedImage | null; onClose: () => void }) {
  const t = useTranslations("images")
  const controls = useTranslations("controls")
  const form = useId()
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
    <Dialog
      open={asked !== null}
      onOpenChange={(open) => (open ? undefined : close())}
      title={t("tagTitle", { name: asked === null ? "" : shortReference(asked.reference) })}
      size="sm"
      footer={
        <>
          <Button onClick={close}>{controls("cancel")}</Button>
          <Button type="submit" form={form} variant="primary" busy={tag.isPending} disabled={!valid}>
            {t("tag")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (asked === null || !valid) return
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
          <Input mono autoFocus value={reference} onChange={(event) => setReference(event.target.value)} />
        </Field>
        {tag.error ? <ErrorState error={tag.error} compact /> : null}
      </form>
    </Dialog>
  )
}
