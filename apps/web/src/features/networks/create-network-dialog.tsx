"use client"
import { createNetworkInput, localHost } from "@plimsoll/server/contract"
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Checkbox } from "@/components/controls/checkbox"
import { Combobox } from "@/components/controls/combobox"
import { Field } from "@/components/controls/field"
import { FormDialog } from "@/components/controls/form-dialog"
import { Input } from "@/components/controls/input"
import { toast } from "@/components/controls/toast"
import { HostSelect } from "@/components/hosts/host-select"
import { useHosts } from "@/lib/live"
import { useIsTenant } from "@/lib/session"
import { useTRPC } from "@/lib/trpc"

const empty = { host: localHost as string, name: "", tenant: "", subnet: "", internal: false }

/** A new network of a tenant: a subnet of its own, on which its containers find each other by name. */
export function CreateNetworkDialog({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const t = useTranslations("networks")
  const controls = useTranslations("controls")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const { list } = useHosts()
  const ofTenant = useIsTenant()
  const [values, setValues] = useState(empty)
  const set = (change: Partial<typeof empty>) => setValues({ ...values, ...change })
  const tenants = useQuery(trpc.tenants.list.queryOptions(undefined, { enabled: open && !ofTenant }))
  const create = useMutation(
    trpc.networks.create.mutationOptions({ onSuccess: () => queries.invalidateQueries(trpc.networks.pathFilter()) }),
  )
  const input = {
    host: values.host,
    name: values.name,
    ...(values.tenant === "" ? {} : { tenant: values.tenant }),
    ...(values.subnet === "" ? {} : { subnet: values.subnet }),
    ...(values.internal ? { internal: true } : {}),
  }
  const issues = createNetworkInput.safeParse(input).error?.issues ?? []
  const problem = (field: string) => issues.some((issue) => issue.path[0] === field)

  function close() {
    setValues(empty)
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
      onSubmit={() => {
        create.mutate(input, {
          onSuccess: (network) => {
            toast.success(t("createdDone", { name: network.name }))
            close()
          },
        })
      }}
    >
      {list.length > 1 && !ofTenant ? (
        <Field label={t("host")}>
          <HostSelect value={values.host} onValueChange={(host) => set({ host })} needs="tenant-networks" />
        </Field>
      ) : null}
      <Field label={t("name")} description={t("nameHint")} error={values.name !== "" && problem("name") ? t("nameInvalid") : null}>
        <Input mono value={values.name} onChange={(event) => set({ name: event.target.value })} />
      </Field>
      {ofTenant ? null : (
        <Field label={t("tenant")} optional={t("tenantDefault")}>
          <Combobox
            value={values.tenant}
            onValueChange={(tenant) => set({ tenant })}
            options={(tenants.data ?? []).map((each) => ({ value: each.name }))}
            emptyText={t("tenantNew")}
            openLabel={controls("openList")}
            placeholder="operator"
          />
        </Field>
      )}
      <Field label={t("subnet")} optional={t("subnetDefault")} error={problem("subnet") ? t("subnetInvalid") : null}>
        <Input mono value={values.subnet} placeholder="10.20.0.0/24" onChange={(event) => set({ subnet: event.target.value.trim() })} />
      </Field>
      <Checkbox checked={values.internal} onCheckedChange={(internal) => set({ internal })} description={t("internalHint")}>
        {t("internalLabel")}
      </Checkbox>
    </FormDialog>
  )
}
