"use client"
import { type HostSummary, hostName } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { useTRPC } from "@/lib/trpc"

/** Another name for a host. It is the console's own word for it: nothing changes there. */
export function RenameHostDialog({ host, onClose }: { host: HostSummary; onClose: () => void }) {
  const t = useTranslations("hosts")
  const [name, setName] = useState(host.name)
  const change = useMutation(useTRPC().hosts.change.mutationOptions({ onSuccess: onClose }))
  const isWell = hostName.safeParse(name).success
  const ready = isWell && name.trim() !== host.name
  return (
    <FormDialog
      onClose={onClose}
      title={t("renameTitle", { name: host.name })}
      size="sm"
      submitLabel={t("rename")}
      busy={change.isPending}
      disabled={!ready}
      error={change.error}
      errorTitle={t("changeFailed")}
      onSubmit={() => {
        if (ready) change.mutate({ host: host.id, name: name.trim() })
      }}
    >
      <Field label={t("name")} error={isWell ? null : t("nameInvalid")}>
        <Input name="name" value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
    </FormDialog>
  )
}
