"use client"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Switch } from "@/components/controls/switch"
import { SettingText } from "./setting-number"

interface AdviseSwitchProps {
  label: string
  hint: string
  checked: boolean
  busy: boolean
  error: unknown
  /** Absent for who may only read. */
  onChange: ((checked: boolean) => void) | undefined
}

/** A switch that is saved at once. */
export function AdviseSwitch({ label, hint, checked, busy, error, onChange }: AdviseSwitchProps) {
  const t = useTranslations("lineSettings")
  if (onChange === undefined) return <SettingText label={label} hint={hint} text={t(checked ? "on" : "off")} />
  return (
    <div className="flex flex-col gap-2">
      <Switch checked={checked} disabled={busy} onCheckedChange={onChange} description={`${hint} ${t("atOnce")}`}>
        {label}
      </Switch>
      {error === null ? null : <ErrorState compact error={error} title={t("notSaved")} />}
    </div>
  )
}
