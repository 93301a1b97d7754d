"use client"
import type { Plan, PlanTerms } from "@plimsoll/server/contract"
import { TriangleAlert } from "lucide-react"
import { useTranslations } from "use-intl"
import { usePlanText } from "@/components/tenants/use-plan-text"
import { changedTerms } from "./plan-form"

const NAMED = 6

/** What changed terms will do and to whom, before they do it. Nothing while they are the same. */
export function PlanEffect({ plan, terms }: { plan: Plan; terms: PlanTerms }) {
  const t = useTranslations("plans")
  const text = usePlanText()
  const changed = changedTerms(plan.terms, terms)
  if (changed.length === 0) return null
  const { tenants } = plan
  const named = tenants.slice(0, NAMED).join(", ")
  return (
    <div role="status" className="flex items-start gap-2 rounded-control border border-warn/50 p-3">
      <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-warn-ink" />
      <div className="min-w-0">
        <p className="font-medium">{tenants.length === 0 ? t("effectNone") : t("effect", { count: tenants.length })}</p>
        {tenants.length === 0 ? null : (
          <p className="break-words text-mute">
            {tenants.length > NAMED ? t("andMore", { names: named, count: tenants.length - NAMED }) : named}
          </p>
        )}
        <ul className="mt-1.5">
          {changed.map((term) => (
            <li key={term}>
              <span className="text-mute">{t(`term.${term}`)}:</span> {text.value(term, plan.terms)} → {text.value(term, terms)}
            </li>
          ))}
        </ul>
        {tenants.length === 0 ? null : <p className="mt-1.5 text-mute">{t("effectRefusal")}</p>}
      </div>
    </div>
  )
}
