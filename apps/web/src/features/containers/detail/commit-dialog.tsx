"use client"
import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Checkbox } from "@/components/controls/checkbox"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { lacks } from "@/lib/hosts"
import { useTRPC } from "@/lib/trpc"
import { useFormat } from "@/lib/use-format"
import { useContainer } from "./container-context"

/** Makes an image of what the container has changed. */
export function CommitDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("container.commit")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const format = useFormat()
  const { id, name, row, host } = useContainer()
  const [reference, setReference] = useState("")
  const [comment, setComment] = useState("")
  const [pause, setPause] = useState(true)
  const pausable = row.state.status === "running" && !lacks(host, "pause")
  const commit = useMutation(trpc.containers.commit.mutationOptions())

  function submit() {
    commit.mutate(
      { id, pause: pausable && pause, ...(reference && { reference }), ...(comment && { comment }) },
      {
        onSuccess: (image) => {
          void queries.invalidateQueries({ queryKey: trpc.images.pathKey() })
          toast.success(t("done", { reference: image.references[0] ?? image.id.slice(7, 19), size: format.bytes(image.sizeBytes) }))
          onOpenChange(false)
        },
      },
    )
  }

  return (
    <FormDialog
      open={open}
      onClose={() => onOpenChange(false)}
      title={t("title", { name })}
      description={t("description")}
      submitLabel={t("submit")}
      busy={commit.isPending}
      error={commit.error}
      onSubmit={submit}
    >
      <Field label={t("reference")} description={t("referenceHint")}>
        <Input mono value={reference} placeholder={`${name}:latest`} onChange={(event) => setReference(event.target.value)} />
      </Field>
      <Field label={t("comment")}>
        <Input value={comment} onChange={(event) => setComment(event.target.value)} />
      </Field>
      {pausable ? (
        <Checkbox checked={pause} onCheckedChange={(checked) => setPause(checked)} description={t("pauseHint")}>
          {t("pause")}
        </Checkbox>
      ) : null}
    </FormDialog>
  )
}
