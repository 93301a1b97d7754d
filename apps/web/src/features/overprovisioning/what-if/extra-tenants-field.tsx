"use client"
import { bounds } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import { Plus, X } from "lucide-react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { IconButton } from "@/components/controls/icon-button"
import { NumberField } from "@/components/controls/number-field"
import { Select } from "@/components/controls/select"
import { useTRPC } from "@/lib/trpc"
import type { ExtraTenants } from "./terms"

/** More tenants of a mix of plans: one line a plan. */
export function ExtraTenantsField({ extra, onChange }: { extra: readonly ExtraTenants[]; onChange: (extra: ExtraTenants[]) => void }) {
  const t = useTranslations("whatIf.extra")
  const { data: plans = [] } = useQuery(useTRPC().plans.list.queryOptions())
  const unused = plans.filter(({ id }) => !extra.some(({ plan }) => plan === id))
  const nameOf = (plan: string) => plans.find(({ id }) => id === plan)?.name ?? t("gone")
  const put = (index: number, next: ExtraTenants) => onChange(extra.map((each, place) => (place === index ? next : each)))
  const room = bounds.whatIfExtra - extra.reduce((sum, { count }) => sum + count, 0)
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="mb-1 font-medium">{t("title")}</legend>
      {extra.map((row, index) => (
        <div key={row.plan} className="flex items-center gap-2">
          <div className="w-28 shrink-0">
            <NumberField
              label={t("count", { plan: nameOf(row.plan) })}
              value={row.count}
              min={1}
              max={row.count + room}
              onValueChange={(count) => (count === null ? undefined : put(index, { ...row, count: Math.round(count) }))}
            />
          </div>
          <div className="min-w-0 flex-1">
            <Select
              label={t("plan")}
              value={row.plan}
              options={[row.plan, ...unused.map(({ id }) => id)].map((value) => ({ value, label: nameOf(value) }))}
              onValueChange={(plan) => put(index, { ...row, plan })}
            />
          </div>
          <IconButton
            label={t("remove", { plan: nameOf(row.plan) })}
            icon={<X aria-hidden className="size-3.5" />}
            onClick={() => onChange(extra.filter((_, place) => place !== index))}
          />
        </div>
      ))}
      {unused[0] === undefined ? (
        <p className="text-mute text-sm">{plans.length === 0 ? t("noPlans") : t("allPlans")}</p>
      ) : (
        <Button
          size="sm"
          icon={<Plus aria-hidden className="size-3.5" />}
          disabled={room < 1}
          onClick={() => onChange([...extra, { plan: unused[0]?.id ?? "", count: Math.min(10, room) }])}
          className="self-start"
        >
          {t("add")}
        </Button>
      )}
    </fieldset>
  )
}
