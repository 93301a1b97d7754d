"use client"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { BytesField } from "@/components/controls/bytes-field"
import { Field } from "@/components/controls/field"
import { Input } from "@/components/controls/input"
import { NumberField } from "@/components/controls/number-field"
import { useFormat } from "@/lib/use-format"
import { type NumberTermName, numberTerms, type PlanField, type PlanForm, planGroups } from "./plan-form"

/** Rates are sold in decimal bits, kept in bytes. */
const BYTES_PER_MEGABIT = 125_000

/** The terms that need more than their name. */
const explained = [
  "memoryGuaranteedBytes",
  "memoryMaxBytes",
  "cpuGuaranteedCores",
  "cpuMaxCores",
  "cpuWeight",
  "diskBytes",
  "diskBytesPerSecond",
  "diskOperationsPerSecond",
  "networkBytesPerSecond",
] as const

interface PlanFieldsProps {
  form: PlanForm
  onChange: (form: PlanForm) => void
  /** What is wrong with a field, in words. */
  problem: (field: PlanField) => ReactNode
  /** OCI runtimes that hosts of this console have. */
  runtimes: readonly string[]
}

/** What a plan promises, grouped by what it is about. */
export function PlanFields({ form, onChange, problem, runtimes }: PlanFieldsProps) {
  const t = useTranslations("plans")
  const set = (key: NumberTermName, value: number | null) => onChange({ ...form, numbers: { ...form.numbers, [key]: value } })
  return (
    <>
      {planGroups.map(({ group, terms }) => (
        <fieldset key={group} className="min-w-0">
          <legend className="mb-2 font-medium text-mute text-sm">{t(`group.${group}`)}</legend>
          <div className="grid grid-cols-3 gap-3.5 max-sm:grid-cols-1">
            {terms.map(({ key }) => (
              <NumberTermField
                key={key}
                name={key}
                value={form.numbers[key]}
                error={problem(key)}
                onValueChange={(value) => set(key, value)}
              />
            ))}
          </div>
        </fieldset>
      ))}
      <Field
        label={t("term.ociRuntimes")}
        optional={t("optional")}
        error={problem("ociRuntimes")}
        description={runtimes.length === 0 ? t("hint.ociRuntimes") : t("hint.ociRuntimesThere", { names: runtimes.join(", ") })}
      >
        <Input
          mono
          value={form.ociRuntimes}
          placeholder="runsc, kata"
          onChange={(event) => onChange({ ...form, ociRuntimes: event.target.value })}
        />
      </Field>
    </>
  )
}

interface NumberTermFieldProps {
  name: NumberTermName
  value: number | null
  error: ReactNode
  onValueChange: (value: number | null) => void
}

function NumberTermField({ name, value, error, onValueChange }: NumberTermFieldProps) {
  const t = useTranslations("plans")
  const controls = useTranslations("controls")
  const format = useFormat()
  const term = numberTerms.find(({ key }) => key === name)
  const optional = term?.optional === true
  const hint = explained.find((each) => each === name)
  const shared = { onValueChange, ...(optional && { placeholder: t("unlimited") }) }
  return (
    <Field
      label={t(`term.${name}`)}
      {...(optional && { optional: t("optional") })}
      error={error}
      {...(name === "networkBytesPerSecond" && value !== null && { aside: format.bytesPerSecond(value) })}
      description={hint === undefined ? null : t(`hint.${hint}`)}
    >
      {term?.kind === "bytes" ? (
        <BytesField {...shared} value={value} unitLabel={controls("unit")} />
      ) : term?.kind === "bits" ? (
        <NumberField
          {...shared}
          unit={t("megabits")}
          min={0}
          step={term.step ?? 1}
          value={value === null ? null : value / BYTES_PER_MEGABIT}
          onValueChange={(megabits) => onValueChange(megabits === null ? null : Math.round(megabits * BYTES_PER_MEGABIT))}
        />
      ) : (
        <NumberField {...shared} value={value} min={0} step={term?.step ?? 1} {...(term?.kind === "cores" && { unit: t("cores") })} />
      )}
    </Field>
  )
}
