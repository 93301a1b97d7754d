"use client"
import type { LoadLineSettings, ResourceLine } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { useFormat } from "@/lib/use-format"

/** What the load line of a resource was decided by, with the figures that it went by, as a sentence. */
export function Decided({ line, settings }: { line: ResourceLine; settings: LoadLineSettings }) {
  const t = useTranslations("overprovisioning.decidedSentence")
  const format = useFormat()
  const facts = {
    theta: format.percent(line.theta),
    ratio: format.times(settings.fallbackRatio[line.resource]),
    days: Math.floor(line.historyDays),
  }
  return <p className="text-mute">{line.resource === "pids" ? t("always", facts) : t(line.decidedBy, facts)}</p>
}
