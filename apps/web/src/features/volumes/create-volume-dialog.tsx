"use client"
import { bounds, createVolumeInput, localHost } from "@plimsoll/server/contract"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { BytesField } from "@/components/controls/bytes-field"
import { Combobox } from "@/components/controls/combobox"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { HostSelect } from "@/components/hosts/host-select"
import { Overrule } from "@/components/overprovisioning/overrule"
import { offers } from "@/lib/hosts"
import { useHosts } from "@/lib/live"
import { useIsTenant } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"

/** A new, empty volume, with a limit where the host's engine can hold one. */
export function CreateVolumeDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("volumes")
  const controls = useTranslations("controls")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { list, byId } = useHosts()
  const ofTenant = useIsTenant()
  const [host, setHost] = useState<string>(localHost)
  const [name, setName] = useState("")
  const [tenant, setTenant] = useState("")
  const [sizeBytes, setSizeBytes] = useState<number | null>(null)
  const tenants = useQuery(trpc.tenants.list.queryOptions(undefined, { enabled: open && !ofTenant }))
  const create = useMutation(trpc.volumes.create.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.volumes.pathFilter()) }))
  const limitable = offers(byId.get(host), "volume-limits")
  const input = {
    host,
    name,
    ...(tenant === "" ? {} : { tenant }),
    ...(sizeBytes === null || !limitable ? {} : { sizeBytes }),
  }
  const issues = createVolumeInput.safeParse(input).error?.issues ?? []
  const problem = (field: string) => issues.some((issue) => issue.path[0] === field)

  function send(overrule?: string) {
    if (issues.length > 0) return
    create.mutate(
      { ...input, ...(overrule === undefined ? {} : { overrule }) },
      {
        onSuccess: (volume) => {
          toast.success(t("createdDone", { name: volume.name }))
          close()
        },
      },
    )
  }

  function close() {
    setHost(localHost)
    setName("")
    setTenant("")
    setSizeBytes(null)
    create.reset()
    onOpenChange(false)
  }

  return (
    <FormDialog
      open={open}
      onClose={close}
      title={t("createTitle")}
      size="sm"
      submitLabel={t("create")}
      busy={create.isPending}
      disabled={issues.length > 0}
      error={create.error}
      instead={<Overrule error={create.error} busy={create.isPending} onOverrule={send} />}
      onSubmit={send}
    >
      {list.length > 1 && !ofTenant ? (
        <Field label={t("host")}>
          <HostSelect value={host} onValueChange={setHost} needs="volumes" />
        </Field>
      ) : null}
      <Field label={t("name")} description={t("nameHint")} error={name !== "" && problem("name") ? t("nameInvalid") : null}>
        <Input mono value={name} onChange={(event) => setName(event.target.value)} />
      </Field>
      {ofTenant ? null : (
        <Field label={t("tenant")} optional={t("tenantDefault")} error={problem("tenant") ? t("tenantInvalid") : null}>
          <Combobox
            value={tenant}
            onValueChange={setTenant}
            options={(tenants.data ?? []).map((each) => ({ value: each.name }))}
            emptyText={t("tenantNew")}
            openLabel={controls("openList")}
            placeholder="operator"
          />
        </Field>
      )}
      {limitable ? (
        <Field
          label={t("size")}
          optional={t("sizeDefault")}
          description={t("sizeHint")}
          error={problem("sizeBytes") ? t("sizeInvalid") : null}
        >
          <BytesField
            value={sizeBytes}
            onValueChange={setSizeBytes}
            maxBytes={bounds.diskMaximumBytes}
            placeholder={t("noLimit")}
            unitLabel={controls("unit")}
          />
        </Field>
      ) : null}
    </FormDialog>
  )
}
