"use client"
import type { ContainerRow } from "@plimsoll/server/contract"
import { ListFilter } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Checkbox } from "@/components/controls/checkbox"
import { FilterInput } from "@/components/controls/filter-input"
import { Popover } from "@/components/controls/popover"
import { useHosts } from "@/lib/live"
import { type ListedStatus, listedStatus, listedStatuses } from "./filter-containers"

interface ContainersToolbarProps {
  rows: readonly ContainerRow[]
  shown: number
  filter: { q: string; status: ListedStatus[]; host: string[]; tenant: string[] }
  onChange: (change: { q?: string; status?: ListedStatus[]; host?: string[]; tenant?: string[] }) => void
}

/** Filter by text, state, tenant and, when there are several, host, with the number of rows behind each choice. */
export function ContainersToolbar({ rows, shown, filter, onChange }: ContainersToolbarProps) {
  const t = useTranslations("containers")
  const byStatus = countBy(rows, listedStatus)
  const byTenant = countBy(rows, (row) => row.tenant)
  const byHost = countBy(rows, (row) => row.host)
  const { list, byId } = useHosts()
  const forgotten = filter.host.filter((id) => !byId.has(id)).map((id) => ({ id, name: id }))
  const statuses = listedStatuses.filter((status) => byStatus.has(status) || filter.status.includes(status))
  const tenants = [...new Set([...byTenant.keys(), ...filter.tenant])].sort()
  return (
    <div className="flex flex-wrap items-center gap-2">
      <FilterInput
        value={filter.q}
        onValueChange={(q) => onChange({ q })}
        label={t("filter.label")}
        clearLabel={t("filter.clear")}
        className="w-72 max-sm:w-full"
      />
      <Choice
        label={t("filter.state")}
        options={statuses.map((status) => ({ value: status, text: t(`state.${status}`), count: byStatus.get(status) ?? 0 }))}
        chosen={filter.status}
        onChange={(status) => onChange({ status })}
      />
      {list.length > 1 || filter.host.length > 0 ? (
        <Choice
          label={t("filter.host")}
          options={[...list, ...forgotten].map(({ id, name }) => ({ value: id, text: name, count: byHost.get(id) ?? 0 }))}
          chosen={filter.host}
          onChange={(host) => onChange({ host })}
        />
      ) : null}
      {tenants.length > 1 || filter.tenant.length > 0 ? (
        <Choice
          label={t("filter.tenant")}
          options={tenants.map((tenant) => ({ value: tenant, text: tenant, count: byTenant.get(tenant) ?? 0 }))}
          chosen={filter.tenant}
          onChange={(tenant) => onChange({ tenant })}
        />
      ) : null}
      <p className="ml-auto text-mute text-sm" aria-live="polite">
        {shown === rows.length ? t("filter.all", { count: rows.length }) : t("filter.some", { shown, count: rows.length })}
      </p>
    </div>
  )
}

function Choice<Value extends string>({
  label,
  options,
  chosen,
  onChange,
}: {
  label: string
  options: { value: Value; text: string; count: number }[]
  chosen: Value[]
  onChange: (chosen: Value[]) => void
}) {
  return (
    <Popover
      trigger={
        <Button size="md" icon={<ListFilter aria-hidden className="size-3.5" />}>
          {label}
          {chosen.length > 0 ? <span className="rounded bg-selected px-1.5 text-sm">{chosen.length}</span> : null}
        </Button>
      }
    >
      <fieldset className="flex max-h-72 min-w-44 flex-col gap-1 overflow-y-auto p-2">
        <legend className="sr-only">{label}</legend>
        {options.map(({ value, text, count }) => (
          <Checkbox
            key={value}
            checked={chosen.includes(value)}
            onCheckedChange={(checked) => onChange(checked ? [...chosen, value] : chosen.filter((each) => each !== value))}
          >
            {text} <span className="text-faint">{count}</span>
          </Checkbox>
        ))}
      </fieldset>
    </Popover>
  )
}

function countBy<Key>(rows: readonly ContainerRow[], key: (row: ContainerRow) => Key): Map<Key, number> {
  const counts = new Map<Key, number>()
  for (const row of rows) counts.set(key(row), (counts.get(key(row)) ?? 0) + 1)
  return counts
}
