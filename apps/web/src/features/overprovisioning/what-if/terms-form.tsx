"use client"
import { predictedResources } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { Slider } from "@/components/controls/slider"
import { Switch } from "@/components/controls/switch"
import { useFormat } from "@/lib/use-format"
import { Choice } from "../choice"
import { ExtraTenantsField } from "./extra-tenants-field"
import { limits } from "./terms"
import type { useTerms } from "./use-terms"

/** The ratio that a bound begins with. */
const FIRST_RATIO = 3

/** What is asked, as sliders. */
export function TermsForm({ terms, change }: Pick<ReturnType<typeof useTerms>, "terms" | "change">) {
  const t = useTranslations("whatIf")
  const resources = useTranslations("overprovisioning.resource")
  const format = useFormat()
  const times = (value: number) => `${format.number(value)}×`
  return (
    <form className="flex flex-col gap-4 p-4" onSubmit={(event) => event.preventDefault()}>
      <Choice
        label={t("resource")}
        value={terms.resource}
        options={predictedResources.map((value) => ({ value, label: resources(value) }))}
        onChange={(resource) => void change({ resource })}
      />
      <Slider
        label={t("theta")}
        value={terms.theta}
        onValueChange={(theta) => void change({ theta })}
        {...limits.theta}
        format={format.percent}
      />
      <Switch checked={terms.ratio !== null} onCheckedChange={(on) => void change({ ratio: on ? FIRST_RATIO : null })}>
        {t("bounded")}
      </Switch>
      {terms.ratio === null ? null : (
        <Slider label={t("ratio")} value={terms.ratio} onValueChange={(ratio) => void change({ ratio })} {...limits.ratio} format={times} />
      )}
      <Slider label={t("size")} value={terms.size} onValueChange={(size) => void change({ size })} {...limits.size} format={times} />
      <Slider
        label={t("days")}
        value={terms.days}
        onValueChange={(days) => void change({ days })}
        {...limits.days}
        format={(value) => t("lastDays", { days: value })}
      />
      <ExtraTenantsField extra={terms.extra} onChange={(extra) => void change({ extra: extra.length === 0 ? null : extra })} />
    </form>
  )
}
