import { loadLineResources } from "@plimsoll/server/contract"
import type { useTranslations } from "use-intl"
import type { Format } from "@/lib/format"
import { amount } from "../overprovisioning/amount"

const modes = ["enforce", "advise"] as const

interface SettingLanguage {
  t: ReturnType<typeof useTranslations<"audit.settings">>
  format: Format
}

/** One setting of the load line as the audit has it (`reserve.memory`, `null` where it goes by its default again), in words; `null`: it is none. */
export function settingText(name: string, value: string, { t, format }: SettingLanguage): string | null {
  const [part, of] = name.split(".")
  const said = (name: string, written: () => string) =>
    value === "null" ? t("toDefault", { name }) : t("toValue", { name, value: written() })
  if (name === "mode") {
    const mode = modes.find((each) => each === value)
    return said(t("mode"), () => (mode === undefined ? value : t(`modes.${mode}`)))
  }
  const resource = loadLineResources.find((each) => each === of)
  if (resource === undefined) return null
  switch (part) {
    case "reserve":
      return said(t(`reserve.${resource}`), () => amount(format, resource, Number(value)))
    case "theta":
      return said(t(`theta.${resource}`), () => format.percent(Number(value)))
    case "fallbackRatio":
      return said(t(`fallbackRatio.${resource}`), () => `${format.number(Number(value))}×`)
    default:
      return null
  }
}
