"use client"
import { imageReference } from "@plimsoll/server/contract"
import { useMutation, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
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
  const trpc = useTRPC()
  const { host, reference } = asked
  const [to, setTo] = useState(readReference(reference) === null ? "" : reference)
  const registries = useQuery(trpc.registries.list.queryOptions())
  const push = useMutation(trpc.images.push.mutationOptions())
  const valid = imageReference.safeParse(to).success && readReference(to) !== null

  return (
    <FormDialog
      onClose={onClose}
      title={t("pushTitle", { name: shortReference(reference) })}
      submitLabel={t("push")}
      busy={push.isPending}
      disabled={!valid}
      error={push.error}
      onSubmit={() => {
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
        <Input mono value={to} onChange={(event) => setTo(event.target.value)} />
      </Field>
    </FormDialog>
  )
}
