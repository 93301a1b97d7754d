"use client"
import { imageReference } from "@plimsoll/server/contract"
import { useMutation, useQuery } from "@tanstack/react-query"
import { useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { ReferenceHint } from "@/components/reference-hint"
import { readReference } from "@/lib/read-reference"
import { useTRPC } from "@/lib/trpc"
import { shortReference } from "./image-name"
import type { AskedImage } from "./images-table"
import { rememberPush } from "./transfer-inputs"

interface PushDialogProps {
  asked: AskedImage | null
  onClose: () => void
  /** The transfer that was begun. */
  onBegun: (id: string) => void
}

/** Sends an image to a registry, under its own name or another. */
export function PushDialog({ asked, ...rest }: PushDialogProps) {
  return asked === null ? null : <PushForm asked={asked} {...rest} />
}

function PushForm({ asked, onClose, onBegun }: PushDialogProps & { asked: NonNullable<PushDialogProps["asked"]> }) {
  const t = useTranslations("images")
  const controls = useTranslations("controls")
  const form = useId()
  const trpc = useTRPC()
  const { host, reference } = asked
  const [to, setTo] = useState(readReference(reference) === null ? "" : reference)
  const registries = useQuery(trpc.registries.list.queryOptions())
  const push = useMutation(trpc.images.push.mutationOptions())
  const valid = imageReference.safeParse(to).success && readReference(to) !== null

  return (
    <Dialog
      open
      onOpenChange={(next) => (next ? undefined : onClose())}
      title={t("pushTitle", { name: shortReference(reference) })}
      footer={
        <>
          <Button onClick={onClose}>{controls("cancel")}</Button>
          <Button type="submit" form={form} variant="primary" busy={push.isPending} disabled={!valid}>
            {t("push")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-3.5"
        onSubmit={(event) => {
          event.preventDefault()
          if (!valid) return
          const input = { host, reference, to }
          push.mutate(input, {
            onSuccess: ({ id }) => {
              rememberPush(id, input)
              onClose()
              onBegun(id)
            },
          })
        }}
      >
        <Field
          label={t("pushTo")}
          description={
            <span className="flex flex-col">
              <span>{t("pushToHint")}</span>
              <ReferenceHint reference={to} registries={registries.data} />
            </span>
          }
          error={to !== "" && !valid ? t("referenceInvalid") : null}
        >
          <Input mono autoFocus value={to} onChange={(event) => setTo(event.target.value)} />
        </Field>
        {push.error ? <ErrorState error={push.error} compact /> : null}
      </form>
    </Dialog>
  )
}
