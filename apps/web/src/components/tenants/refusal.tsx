"use client"
import { type PlanTerms, planTerms } from "@plimsoll/server/contract"
import type { ReactNode } from "react"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { errorFacts } from "@/lib/errors"
import { useFormat } from "@/lib/use-format"
import { linesInTheWay, type Obstacle } from "./lines-in-the-way"

const termNames = Object.keys(planTerms.shape) as (keyof PlanTerms)[]

/** Why the server refused, and, where it says so, what is in the way, a line each. */
export function Refusal({ error, title }: { error: unknown; title: ReactNode }) {
  const t = useTranslations("tenants")
  const terms = useTranslations("plans.term")
  const format = useFormat()
  const lines = linesInTheWay(errorFacts(error))

  function words({ tenant, term, used, wanted }: Obstacle): string {
    const known = termNames.find((each) => each === term)
    const write = term.endsWith("Bytes") ? format.bytes : format.count
    return t("obstacle", { tenant, term: known === undefined ? term : terms(known), used: write(used), wanted: write(wanted) })
  }

  return (
    <div className="flex flex-col gap-2">
      <ErrorState compact error={error} title={title} />
      {lines.length === 0 ? null : (
        <div className="border-bad border-l-2 pl-3">
          <p className="font-medium">{t("inTheWay")}</p>
          <ul className="max-h-48 overflow-y-auto text-mute">
            {lines.map((line) => {
              const text = typeof line === "string" ? line : words(line)
              return (
                <li key={text} className="break-words">
                  {text}
                </li>
              )
            })}
          </ul>
        </div>
      )}
    </div>
  )
}
