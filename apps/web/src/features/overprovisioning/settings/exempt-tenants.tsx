"use client"
import { useQuery } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { MultiSelect } from "@/components/controls/multi-select"
import { useTRPC } from "@/lib/trpc"
import { SettingGroup } from "./setting-group"
import { SettingText } from "./setting-number"

interface ExemptTenantsProps {
  values: readonly string[]
  /** Absent for who may only read. */
  onChange: ((values: string[]) => void) | undefined
}

/** Tenants that no rung touches. One that is gone stays in the list until it is taken out. */
export function ExemptTenants({ values, onChange }: ExemptTenantsProps) {
  const t = useTranslations("lineSettings.ladder")
  const tenants = useQuery(useTRPC().tenants.list.queryOptions())
  const names = [...new Set([...(tenants.data ?? []).map(({ name }) => name), ...values])].sort()
  return (
    <SettingGroup title={t("exempt")} description={t("exemptHint")} columns={1}>
      {onChange === undefined ? (
        <SettingText label={t("tenants")} text={values.length === 0 ? t("noTenants") : values.join(", ")} />
      ) : (
        <MultiSelect
          values={values}
          onValuesChange={onChange}
          options={names.map((value) => ({ value, label: value }))}
          label={t("tenants")}
          anyText={t("noTenants")}
          className="justify-self-start"
        />
      )}
      {tenants.error === null ? null : <ErrorState compact error={tenants.error} onRetry={() => void tenants.refetch()} />}
    </SettingGroup>
  )
}
