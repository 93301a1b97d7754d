"use client"
import { type HostSummary, hostName } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useId, useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Dialog } from "@/components/controls/dialog"
import { ErrorState } from "@/components/controls/error-state"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { useTRPC } from "@/lib/trpc"

/** Another name for a host. It is the console's own word for it: nothing changes there. */
export function RenameHostDialog({ host, onClose }: { host: HostSummary; onClose: () => void }) {
  const t = useTranslations("hosts")
  const controls = useTranslations("controls")
  const form = useId()
  const [name, setName] = useState(host.name)
  const change = useMutation(useTRPC().hosts.change.mutationOptions({ onSuccess: onClose }))
  const isWell = hostName.safeParse(name).success
  const ready = isWell && name.trim() !== host.name
  return (
    <Dialog
      open
      onOpenChange={(open) => (open ? undefined : onClose())}
      title={t("renameTitle", { name: host.name })}
      size="sm"
      footer={
        <>
          <Button onClick={onClose}>{controls("cancel")}</Button>
          <Button type="submit" form={form} variant="primary" busy={change.isPending} disabled={!ready}>
            {t("rename")}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) change.mutate({ host: host.id, name: name.trim() })
        }}
      >
        <Field label={t("name")} error={isWell ? null : t("nameInvalid")}>
          <Input autoFocus name="name" value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        {change.error ? <ErrorState compact error={change.error} title={t("changeFailed")} /> : null}
      </form>
    </Dialog>
  )
}
