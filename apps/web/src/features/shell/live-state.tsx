"use client"
import { useTranslations } from "use-intl"
import { StateDot } from "@/components/controls/state-dot"
import { Tooltip } from "@/components/controls/tooltip"
import { useConnection } from "@/lib/connection"
import { useLiveBeat } from "@/lib/live"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"

/** Milliseconds after which figures that should come each second are called stale. */
const STALE_MS = 4000

/** Live, stale or offline, and since when. */
export function LiveState() {
  const t = useTranslations("shell")
  const format = useFormat()
  const now = useNow()
  useLiveBeat()
  const { phase, since, lastDataAt } = useConnection()
  const age = lastDataAt === null ? null : now - lastDataAt
  const stale = phase === "live" && age !== null && age > STALE_MS
  const duration = format.duration(Math.max(0, now - since), 1)
  const text =
    phase === "connecting"
      ? t("connecting")
      : phase === "offline"
        ? t("offline")
        : stale
          ? t("stale", { age: format.ago(lastDataAt ?? now, now) })
          : t("live")
  return (
    <Tooltip
      side="bottom"
      content={phase === "live" ? t("liveFor", { duration }) : phase === "offline" ? t("offlineFor", { duration }) : t("connecting")}
    >
      <button type="button" className="cursor-default! whitespace-nowrap rounded">
        <StateDot state={phase === "connecting" ? "created" : phase === "offline" ? "failed" : stale ? "unhealthy" : "running"}>
          {text}
        </StateDot>
      </button>
    </Tooltip>
  )
}
