"use client"
import { capacityReason } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import { amount } from "../overprovisioning/amount"
import { useRemarkText } from "../overprovisioning/use-remark-text"
import { readFacts } from "./read-facts"
import { type Incident, losses, readIncident } from "./read-incident"
import { useIncidentReason } from "./use-incident-reason"

/** A row has no place for more; the details have all. */
const MOST = 3
const verbs = ["use", "pressure", "oom"] as const

/** Tells an incident in words: what got scarce, who took most of it, and who lost what; `null` when it is not understood. */
export function useIncidentText() {
  const t = useTranslations("incidentText")
  const format = useFormat()
  const reasonText = useIncidentReason()
  const remarkText = useRemarkText()

  /** What changed about what the machine has; what an earlier version wrote stays in its words. */
  function capacityText({ why = "", whyFacts }: Readonly<Record<string, string>>): string {
    const reason = readFacts(capacityReason, whyFacts)
    if (reason === null) return why
    if (reason.code !== "back") return remarkText(reason)
    return t(`back.${reason.resource}`, { now: amount(format, reason.resource, reason.now) })
  }

  function victimText(victim: Incident["victims"][number]): string {
    const lost = losses.flatMap((loss) => {
      const value = victim[loss]
      if (value === undefined || value === 0) return []
      return [t(loss, { value: loss === "majorFaultsPerSecond" ? format.perSecond(value) : format.percent(value / 100) })]
    })
    return lost.length === 0 ? victim.name : `${victim.name} (${lost.join(", ")})`
  }

  function detail({ resource, consumers, victims }: Incident, why: string): string {
    const written = resource === "memory" ? format.bytes : format.cores
    return [
      why,
      ...(consumers.length > 0
        ? [
            t("took", {
              names: consumers
                .slice(0, MOST)
                .map((each) => `${each.name} ${written(each.amount)}`)
                .join(", "),
            }),
          ]
        : []),
      ...(victims.length > 0 ? [t("lost", { names: victims.slice(0, MOST).map(victimText).join(", ") })] : []),
    ].join(" · ")
  }

  return ({ action, attributes }: { action: string; attributes: Readonly<Record<string, string>> }) => {
    if (action === "capacity" && attributes.why) return { verb: t("capacity"), detail: capacityText(attributes) }
    const incident = readIncident(attributes)
    const known = verbs.find((each) => each === action)
    return incident === null || known === undefined
      ? null
      : { verb: t(`${incident.resource}.${known}`), detail: detail(incident, reasonText(attributes)) }
  }
}
