"use client"
import type { LadderStep, Shortage, StepReason } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"

/** Tells in the language of the page why the ladder climbed or came down. */
export function useShortageText(): (shortage: Shortage) => string {
  const t = useTranslations("ladder.shortage")
  const format = useFormat()
  const share = (value: number | null) => (value === null ? t("all") : format.percent(value))
  const ofTime = (percent: number) => format.percent(percent / 100)
  return (shortage) => {
    const { code } = shortage
    switch (code) {
      case "use":
        return t(code, { share: share(shortage.share), threshold: format.percent(shortage.threshold) })
      case "severe":
        return t(code, { seconds: shortage.seconds, full: ofTime(shortage.fullAvg10) })
      case "full-pressure":
        return t(code, { full: ofTime(shortage.fullAvg10), bound: ofTime(shortage.bound) })
      case "some-pressure":
        return t(code, { some: ofTime(shortage.someAvg60), bound: ofTime(shortage.bound) })
      case "use-fell":
        return t(code, { share: share(shortage.share) })
    }
  }
}

/** Tells why a step was taken, or not, and how short the machine was; what is in the engine's words stays so. */
export function useStepText(): (step: Pick<LadderStep, "why" | "reason" | "shortage">) => string {
  const reasonText = useReasonText()
  const shortageText = useShortageText()
  return ({ why, reason, shortage }) => {
    if (reason === null) return why
    return shortage === null ? reasonText(reason) : `${reasonText(reason)}; ${shortageText(shortage)}`
  }
}

/** Tells why a step was taken, or not. */
export function useReasonText(): (reason: StepReason) => string {
  const t = useTranslations("ladder.reason")
  const format = useFormat()
  return (reason) => {
    const { code } = reason
    switch (code) {
      case "rung-left":
        return t(reason.isOver ? "rung-left-over" : code)
      case "idle":
        return t(code, { time: format.duration(reason.idleMs) })
      case "reclaimed":
        return t(code, { steps: reason.steps, time: format.duration(reason.idleMs) })
      case "above-guarantee": {
        const facts = { resident: format.bytes(reason.residentBytes), high: format.bytes(reason.highBytes) }
        return reason.guaranteedBytes > 0
          ? t(code, { ...facts, guaranteed: format.bytes(reason.guaranteedBytes) })
          : t("above-nothing", facts)
      }
      case "lowest-class":
        return t(code, { share: format.percent(reason.guaranteedShare), weight: reason.cpuWeight })
      case "rung-taken":
      case "selling-stopped":
      case "no-swap":
      case "no-soft-limit":
      case "soft-limit-back":
      case "nobody-left":
      case "nothing-promised":
        return t(code)
    }
  }
}
