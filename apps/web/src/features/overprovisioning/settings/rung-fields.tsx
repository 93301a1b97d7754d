"use client"
import type { LadderRung, LadderSettings } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Field } from "@/components/controls/field"
import { Select } from "@/components/controls/select"
import type { Draft } from "./draft"
import { SettingNumber, SettingText } from "./setting-number"
import type { SettingProblem } from "./setting-problems"

type RungSettings = LadderSettings["rungs"][LadderRung]
const modes = ["act", "advise", "off"] as const satisfies readonly RungSettings["mode"][]

interface RungFieldsProps {
  rung: LadderRung
  values: Draft<RungSettings>
  byDefault: RungSettings
  problem: SettingProblem | undefined
  /** Absent for who may only read. */
  onChange: ((values: Draft<RungSettings>) => void) | undefined
}

/** One rung: what it does, whether it is taken, and from where on. */
export function RungFields({ rung, values, byDefault, problem, onChange }: RungFieldsProps) {
  const t = useTranslations("lineSettings.ladder")
  const words = useTranslations("ladder")
  return (
    <fieldset className="grid grid-cols-[minmax(0,1fr)_11rem_14rem] gap-4 max-md:grid-cols-2 max-sm:grid-cols-1">
      <legend className="sr-only">{words(`rung.${rung}`)}</legend>
      <p className="max-md:col-span-full">
        <span aria-hidden className="block font-medium first-letter:uppercase">
          {words(`rung.${rung}`)}
        </span>
        <span className="text-mute text-sm">{t(`does.${rung}`)}</span>
      </p>
      {onChange === undefined ? (
        <SettingText label={t("mode")} text={words(`mode.${values.mode}`)} />
      ) : (
        <Field label={t("mode")}>
          <Select
            value={values.mode}
            options={modes.map((value) => ({ value, label: words(`mode.${value}`) }))}
            onValueChange={(mode) => onChange({ ...values, mode })}
          />
        </Field>
      )}
      <SettingNumber
        label={t("usedShare")}
        kind="share"
        value={values.usedShare}
        byDefault={byDefault.usedShare}
        problem={problem}
        onChange={onChange && ((usedShare) => onChange({ ...values, usedShare }))}
      />
    </fieldset>
  )
}
