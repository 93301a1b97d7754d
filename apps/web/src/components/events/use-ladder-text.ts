"use client"
import { type EventRecord, ladderRungs, shortage, stallReason, stepReason } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"
import { useReasonText, useShortageText } from "../overprovisioning/use-ladder-reasons"
import { readFacts } from "./read-facts"

const results = ["done", "advised", "failed"] as const

/** Tells a step of the ladder (which rung, what came of it, why, and what it gave), or why it rests; `null` of anything else. */
export function useLadderText() {
  const t = useTranslations("ladder")
  const format = useFormat()
  const reasonText = useReasonText()
  const shortageText = useShortageText()

  function restText({ why = "", whyFacts }: EventRecord["attributes"]): string {
    const reason = readFacts(stallReason, whyFacts)
    if (reason === null) return why
    return t(`rests.${reason.code}`, { seconds: "seconds" in reason ? reason.seconds : 0 })
  }

  return ({ kind, action, attributes }: Pick<EventRecord, "kind" | "action" | "attributes">): { verb: string; detail: string } | null => {
    if (kind === "ladder" && action === "stalled") return { verb: t("rests.verb"), detail: restText(attributes) }
    const rung = ladderRungs.find((known) => known === attributes.rung)
    const result = results.find((known) => known === attributes.result)
    if (kind !== "ladder" || rung === undefined || result === undefined) return null
    const { why = "", whyFacts, beforeBytes, afterBytes } = attributes
    const reason = readFacts(stepReason, whyFacts)
    const facts = readFacts(shortage, attributes.shortageFacts)
    const parts = [t(`result.${result}`), reason === null ? why : reasonText(reason)]
    if (facts !== null) parts.push(shortageText(facts))
    // How short the whole machine was is not for tenants; that it was is. What an earlier version told is in its words.
    else if (attributes.shortage !== undefined) parts.push(whyFacts === undefined ? attributes.shortage : t("shortage.unsaid"))
    if (beforeBytes !== undefined && afterBytes !== undefined)
      parts.push(t("fromTo", { before: format.bytes(Number(beforeBytes)), after: format.bytes(Number(afterBytes)) }))
    return { verb: t(`rung.${rung}`), detail: parts.join(" · ") }
  }
}
