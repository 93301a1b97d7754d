"use client"
import { hostName } from "@plimsoll/server/contract"
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { useHosts } from "@/lib/live"
import { useTRPC } from "@/lib/trpc"
import { emptyEndpointForm } from "../endpoint/endpoint-form"
import { EndpointPanel } from "../endpoint/endpoint-panel"
import { useEndpoint } from "../endpoint/use-endpoint"

/** Takes another machine's engine under the console: where it listens, a test that says what it found, a name. */
export function AddHostDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("hosts")
  const [name, setName] = useState("")
  const [nameTried, setNameTried] = useState(false)
  const taken = useHosts().list.map((host) => host.name.toLowerCase())
  const endpoint = useEndpoint(emptyEndpointForm, ({ info }) => {
    if (!taken.includes(info.hostname.toLowerCase())) setName((typed) => (typed === "" ? info.hostname : typed))
  })
  const add = useMutation(useTRPC().hosts.add.mutationOptions())
  const nameIsWell = hostName.safeParse(name).success

  function close() {
    setName("")
    setNameTried(false)
    endpoint.forget()
    add.reset()
    onOpenChange(false)
  }

  function submit() {
    setNameTried(true)
    const chosen = endpoint.take()
    if (chosen === undefined || !nameIsWell) return
    add.mutate(
      { name: name.trim(), endpoint: chosen },
      {
        onSuccess: () => {
          toast.success(t("added", { name: name.trim() }))
          close()
        },
      },
    )
  }

  return (
    <FormDialog
      open={open}
      onClose={close}
      title={t("addTitle")}
      description={t("addDescription")}
      size="lg"
      submitLabel={t("add")}
      busy={add.isPending}
      error={add.error}
      errorTitle={t("addFailed")}
      onSubmit={submit}
    >
      <EndpointPanel state={endpoint} />
      <Field label={t("name")} description={t("nameHint")} error={nameTried && !nameIsWell ? t("nameInvalid") : null}>
        <Input
          name="name"
          value={name}
          placeholder="node-2"
          onChange={(event) => {
            add.reset()
            setName(event.target.value)
          }}
        />
      </Field>
    </FormDialog>
  )
}
