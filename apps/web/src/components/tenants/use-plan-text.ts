"use client"
import type { PlanTerms } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"

export interface PlanText {
  /** One promise as it is written; what is not limited says so. */
  value: <Term extends keyof PlanTerms>(term: Term, terms: Pick<PlanTerms, Term>) => string
  /** A plan in a line: `512 MiB · 1 core · 10 GiB of disk · 5 containers`. */
  summary: (terms: PlanTerms) => string
}

/** Tells plans in the language of the page. */
export function usePlanText(): PlanText {
  const t = useTranslations("plans")
  const format = useFormat()

  function text(term: keyof PlanTerms, value: PlanTerms[keyof PlanTerms]): string {
    if (Array.isArray(value)) return value.length === 0 ? t("onlyDefault") : value.join(", ")
    switch (term) {
      case "memoryGuaranteedBytes":
      case "memoryMaxBytes":
        return format.bytes(value)
      case "diskBytes":
        return value === 0 ? t("unlimited") : format.bytes(value)
      case "cpuGuaranteedCores":
      case "cpuMaxCores":
        return format.cores(value)
      case "diskBytesPerSecond":
        return value === undefined ? t("unlimited") : format.bytesPerSecond(value)
      case "diskOperationsPerSecond":
        return value === undefined ? t("unlimited") : format.perSecond(value)
      case "networkBytesPerSecond":
        return value === undefined ? t("unlimited") : format.bitsPerSecond(value)
      default:
        return format.count(value)
    }
  }

  return {
    value: (term, terms) => text(term, terms[term]),
    summary: (terms) =>
      [
        format.bytes(terms.memoryMaxBytes),
        format.cores(terms.cpuMaxCores),
        terms.diskBytes === 0 ? t("disksUnlimited") : t("ofDisk", { size: format.bytes(terms.diskBytes) }),
        t("countContainers", { count: terms.containers }),
      ].join(" · "),
  }
}
