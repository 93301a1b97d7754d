"use client"
import { imageReference, pullImageInput } from "@plimsoll/server/contract"
import { useMutation, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Combobox } from "@/components/controls/combobox"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { HostSelect } from "@/components/hosts/host-select"
import { ReferenceHint } from "@/components/reference-hint"
import { readReference } from "@/lib/read-reference"
import { useTRPC } from "@/lib/trpc"
import { rememberPull } from "./transfer-inputs"

/** Those that registries have most. Any other may be typed. */
const platforms = ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/386", "linux/ppc64le", "linux/riscv64", "linux/s390x"]

interface PullDialogProps {
  open: boolean
  onClose: () => void
  /** Hosts whose engines can pull; the first one is meant unless another is chosen. */
  hosts: readonly string[]
  /** The transfer that was begun. */
  onBegun: (id: string) => void
}

/** Asks what to pull, and shows before it begins how the name is read and of whom it is asked. */
export function PullDialog({ open, onClose, hosts, onBegun }: PullDialogProps) {
  const t = useTranslations("images")
  const trpc = useTRPC()
  const [reference, setReference] = useState("")
  const [platform, setPlatform] = useState("")
  const [chosen, setChosen] = useState<string | null>(null)
  const host = chosen ?? hosts[0]
  const registries = useQuery(trpc.registries.list.queryOptions(undefined, { enabled: open }))
  const pull = useMutation(trpc.images.pull.mutationOptions())
  const platformValid = platform === "" || pullImageInput.shape.platform.safeParse(platform).success
  const valid = imageReference.safeParse(reference).success && readReference(reference) !== null && platformValid && host !== undefined

  function close() {
    setReference("")
    setPlatform("")
    setChosen(null)
    pull.reset()
    onClose()
  }

  return (
    <FormDialog
      open={open}
      onClose={close}
      title={t("pullTitle")}
      submitLabel={t("pull")}
      busy={pull.isPending}
      disabled={!valid}
      error={pull.error}
      onSubmit={() => {
        if (!valid) return
        const input = { host, reference, ...(platform === "" ? {} : { platform }) }
        pull.mutate(input, {
          onSuccess: ({ id }) => {
            rememberPull(id, input)
            close()
            onBegun(id)
          },
        })
      }}
    >
      <Field
        label={t("reference")}
        description={
          readReference(reference) === null ? t("pullHint") : <ReferenceHint reference={reference} registries={registries.data} />
        }
        error={reference !== "" && readReference(reference) === null ? t("referenceInvalid") : null}
      >
        <Input mono placeholder="alpine:3" value={reference} onChange={(event) => setReference(event.target.value)} />
      </Field>
      {host !== undefined && hosts.length > 1 ? (
        <Field label={t("host")}>
          <HostSelect value={host} onValueChange={setChosen} needs="image-pull" />
        </Field>
      ) : null}
      <Field
        label={t("platform")}
        optional={t("optional")}
        description={t("platformHint")}
        error={platformValid ? null : t("platformInvalid")}
      >
        <Combobox
          mono
          value={platform}
          onValueChange={setPlatform}
          options={platforms.map((value) => ({ value }))}
          emptyText={t("platformsNone")}
          openLabel={t("platformsShow")}
          placeholder="linux/amd64"
        />
      </Field>
    </FormDialog>
  )
}
