"use client"
import { incidentReason } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import { readFacts } from "./read-facts"

/** Tells in the language of the page why something is an incident; what an earlier version wrote stays in its words. */
export function useIncidentReason(): (attributes: Readonly<Record<string, string>>) => string {
  const t = useTranslations("incidentReason")
  const all = useTranslations("ladder.shortage")
  const format = useFormat()
  const ofTime = (percent: number) => format.percent(percent / 100)
  return ({ why = "", whyFacts }) => {
    const reason = readFacts(incidentReason, whyFacts)
    if (reason === null) return why
    switch (reason.code) {
      case "use-passed": {
        const { code, threshold, share } = reason
        return t(code, { threshold: format.percent(threshold), share: share === null ? all("all") : format.percent(share) })
      }
      case "full-pressure":
        return t(reason.code, { full: ofTime(reason.fullAvg10) })
      case "cpu-pressure":
        return t(reason.code, { seconds: reason.seconds, some: ofTime(reason.someAvg10) })
      case "oom":
        return t(reason.code, { name: reason.name })
    }
  }
}
