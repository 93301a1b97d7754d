"use client"
import type { LineRemark } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import { amount } from "./amount"
import { useShortageText } from "./use-ladder-reasons"

/** Tells in the language of the page what an operator should know. */
export function useRemarkText(): (remark: LineRemark) => string {
  const t = useTranslations("overprovisioning.remark")
  const format = useFormat()
  const shortageText = useShortageText()
  return (remark) => {
    const { code } = remark
    switch (code) {
      case "unreadable":
        return t(`unreadable.${remark.resource}`)
      case "shrank": {
        const { resource, before, now } = remark
        return t(`shrank.${resource}`, { before: amount(format, resource, before), now: amount(format, resource, now) })
      }
      case "oversold":
        return t(`oversold.${remark.resource}`, { tooMuch: amount(format, remark.resource, remark.tooMuch) })
      case "guaranteed-too-much": {
        const { resource, guaranteed, allocatable } = remark
        const amounts = { guaranteed: amount(format, resource, guaranteed), allocatable: amount(format, resource, allocatable) }
        return t(`guaranteed-too-much.${resource}`, amounts)
      }
      case "disk-fails":
        return t(code, { why: remark.why })
      case "gaps":
        return t(code, { share: format.percent(remark.share) })
      case "unreadable-history":
        return t(code, { parts: remark.parts })
      case "selling-stopped":
        return remark.why === null ? t(code) : t("selling-stopped-why", { why: shortageText(remark.why) })
      case "little-history":
        return t(code, { days: format.number(remark.days), neededDays: remark.neededDays })
      case "no-memory-limit":
      case "no-cpu-limit":
        return t(code, { containers: remark.containers })
      case "not-measured":
      case "no-swap":
      case "no-pressure":
        return t(code)
      case "reserve-passed":
        return t(code, { used: format.bytes(remark.usedBytes), reserved: format.bytes(remark.reservedBytes) })
    }
  }
}
