"use client"
import type { WhatIfRemark } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"

const HOUR_MS = 3_600_000

/** Tells in the language of the page why an answer is weaker than it looks. */
export function useWhatIfRemarkText(): (remark: WhatIfRemark) => string {
  const t = useTranslations("whatIf.remark")
  const format = useFormat()
  return (remark) => {
    const { code } = remark
    switch (code) {
      case "nothing-recorded":
        return t(`nothing-recorded.${remark.resource}`)
      case "short-history":
        return t(code, { time: format.duration(remark.hours * HOUR_MS), askedDays: remark.askedDays })
      case "gap":
        return t(code, { time: format.duration(remark.hours * HOUR_MS) })
      case "unseen":
      case "no-limit":
        return t(code, { sales: remark.sales })
      case "unbound-plans":
        return t(`unbound-plans.${remark.resource}`, { plans: remark.plans.join(", ") })
      case "young":
      case "disk-means":
      case "cpu-means":
      case "extra-guess":
      case "extra-unknown":
      case "coarse-naps":
      case "present-only":
        return t(code)
    }
  }
}
