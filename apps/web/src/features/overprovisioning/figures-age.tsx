"use client"
import { useTranslations } from "use-intl"
import { Badge } from "@/components/controls/badge"
import type { LineNow } from "@/components/overprovisioning/use-overprovisioning-now"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"

/** They come every five seconds: three that are missing are no hiccup. */
const STALE_MS = 16_000

/** Of when the figures on the page are, with a mark when they are not of the present any more. */
export function FiguresAge({ at, receivedAt, error }: Pick<LineNow, "receivedAt" | "error"> & { at: number }) {
  const t = useTranslations("overprovisioning")
  const format = useFormat()
  const now = useNow()
  const age = Math.max(0, now - receivedAt)
  return (
    <span className="flex items-center gap-2 text-mute text-sm">
      {t("asOf", { time: format.time(at), age: format.ago(receivedAt, Math.max(now, receivedAt)) })}
      <span role="status">{error !== null || age > STALE_MS ? <Badge tone="warn">{t("stale")}</Badge> : null}</span>
    </span>
  )
}
