"use client"
import type { LadderSettings } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Checkbox } from "@/components/controls/checkbox"
import type { Draft } from "./draft"
import { SettingGroup } from "./setting-group"
import { SettingNumber, SettingText } from "./setting-number"
import type { SettingProblem } from "./setting-problems"

interface NapRuleProps {
  values: Draft<LadderSettings["nap"]>
  byDefault: LadderSettings["nap"]
  problems: ReadonlyMap<string, SettingProblem>
  /** Absent for who may only read. */
  onChange: ((values: Draft<LadderSettings["nap"]>) => void) | undefined
}

/** When a container counts as idle, and whether that alone sends it to sleep. */
export function NapRule({ values, byDefault, problems, onChange }: NapRuleProps) {
  const t = useTranslations("lineSettings")
  return (
    <SettingGroup title={t("ladder.nap")} description={t("ladder.napHint")} columns={3}>
      {onChange === undefined ? (
        <SettingText label={t("ladder.always")} hint={t("ladder.default.always")} text={t(values.always ? "on" : "off")} />
      ) : (
        <Checkbox
          checked={values.always}
          onCheckedChange={(always) => onChange({ ...values, always })}
          description={t("ladder.default.always")}
        >
          {t("ladder.always")}
        </Checkbox>
      )}
      <SettingNumber
        label={t("ladder.idleCores")}
        hint={t("ladder.default.idleCores")}
        kind="cores"
        value={values.idleCores}
        byDefault={byDefault.idleCores}
        problem={problems.get("nap.idleCores")}
        onChange={onChange && ((idleCores) => onChange({ ...values, idleCores }))}
      />
      <SettingNumber
        label={t("ladder.idleMs")}
        hint={t("ladder.default.idleMs")}
        kind="duration"
        value={values.idleMs}
        byDefault={byDefault.idleMs}
        problem={problems.get("nap.idleMs")}
        onChange={onChange && ((idleMs) => onChange({ ...values, idleMs }))}
      />
    </SettingGroup>
  )
}
