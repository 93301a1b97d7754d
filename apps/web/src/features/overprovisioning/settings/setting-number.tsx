"use client"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { Field } from "@/components/controls/field"
import { NumberField } from "@/components/controls/number-field"
import { useFormat } from "@/lib/use-format"
import { meant, type SettingKind, settingKinds, typed, written } from "./setting-kinds"
import type { SettingProblem } from "./setting-problems"

interface SettingNumberProps {
  label: string
  hint?: ReactNode
  kind: SettingKind
  /** `null`: the field is empty. */
  value: number | null
  byDefault: number
  /** It was not set, and goes with its default. Absent: it is so where it is the same number. */
  isDefault?: boolean
  problem: SettingProblem | undefined
  /** Absent for who may only read. */
  onChange: ((value: number | null) => void) | undefined
  /** Back to the default. Absent: `onChange` with its number does it. */
  onReset?: () => void
}

/** One number of the settings, with its default and a way back to it. */
export function SettingNumber({ label, hint, kind, value, byDefault, isDefault, problem, onChange, onReset }: SettingNumberProps) {
  const t = useTranslations("lineSettings")
  const format = useFormat()
  if (onChange === undefined) return <SettingText label={label} hint={hint} text={value === null ? "" : written(kind, value, format)} />
  const shown = typed(kind, value)
  const back = t("toDefault", { value: written(kind, byDefault, format) })
  return (
    <Field
      label={label}
      description={hint}
      error={problem === undefined ? null : problemWords(problem)}
      aside={
        (isDefault ?? value === byDefault) ? (
          t("isDefault")
        ) : (
          <Button variant="ghost" size="sm" className="-my-1" onClick={onReset ?? (() => onChange(byDefault))}>
            {back}
          </Button>
        )
      }
    >
      <NumberField
        value={shown}
        step={settingKinds[kind].step}
        unit={t(`unit.${settingKinds[kind].unit}`)}
        // Leaving a field says its number once more, which for odd bytes means a byte more or less.
        onValueChange={(number) => (number === shown ? undefined : onChange(meant(kind, number)))}
      />
    </Field>
  )

  function problemWords(found: SettingProblem): string {
    switch (found.kind) {
      case "atLeast":
      case "atMost":
        return t(`problem.${found.kind}`, { bound: written(kind, found.bound, format) })
      case "order":
      case "missing":
        return t(`problem.${found.kind}`)
    }
  }
}

/** A setting as who may not change it sees it. */
export function SettingText({ label, hint, text }: { label: string; hint?: ReactNode; text: string }) {
  return (
    <div className="flex min-w-0 flex-col gap-1">
      <p>
        <span className="font-medium">{label}</span>: {text}
      </p>
      {hint ? <p className="text-mute text-sm">{hint}</p> : null}
    </div>
  )
}
