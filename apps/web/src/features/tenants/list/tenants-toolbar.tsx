"use client"
import type { Tenant, TenantStatus } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { FilterInput } from "@/components/controls/filter-input"
import { MultiSelect } from "@/components/controls/multi-select"
import { NO_PLAN, tenantStatuses } from "./filter-tenants"

interface TenantsToolbarProps {
  tenants: readonly Tenant[]
  shown: number
  filter: { q: string; status: TenantStatus[]; plan: string[] }
  onChange: (change: { q?: string; status?: TenantStatus[]; plan?: string[] }) => void
}

/** Filter by text, status and plan. */
export function TenantsToolbar({ tenants, shown, filter, onChange }: TenantsToolbarProps) {
  const t = useTranslations("tenants")
  const controls = useTranslations("controls")
  const plans = new Map(tenants.map(({ plan }) => (plan === null ? [NO_PLAN, t("noPlan")] : [plan.id, plan.name])))
  for (const id of filter.plan) if (!plans.has(id)) plans.set(id, id)
  return (
    <div className="flex flex-wrap items-center gap-2">
      <FilterInput
        value={filter.q}
        onValueChange={(q) => onChange({ q })}
        label={t("filter.label")}
        clearLabel={controls("clear")}
        className="w-72 max-sm:w-full"
      />
      <MultiSelect
        label={t("column.status")}
        anyText={t("filter.any")}
        values={filter.status}
        onValuesChange={(status) => onChange({ status })}
        options={tenantStatuses.map((status) => ({ value: status, label: t(`status.${status}`) }))}
      />
      <MultiSelect
        label={t("column.plan")}
        anyText={t("filter.any")}
        values={filter.plan}
        onValuesChange={(plan) => onChange({ plan })}
        options={[...plans].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label))}
      />
      <p className="ml-auto text-mute text-sm" aria-live="polite">
        {shown === tenants.length ? t("filter.all", { count: shown }) : t("filter.some", { shown, count: tenants.length })}
      </p>
    </div>
  )
}
