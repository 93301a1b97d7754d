"use client"
import { type HostSummary, localHost } from "@plimsoll/server/contract"
import { useTranslations } from "use-intl"
import { StateDot } from "@/components/controls/state-dot"
import { Time } from "@/components/controls/time"
import { isAway } from "@/lib/hosts"

/** Whether a host answers, in a word and a shape; of one that is away, since when. */
export function HostStatus({ host }: { host: HostSummary }) {
  const t = useTranslations("hosts.status")
  if (!isAway(host)) return <StateDot state="running">{t("connected")}</StateDot>
  // This machine is never away from its own console: its engine may be unable to run.
  if (host.id === localHost) return <StateDot state="failed">{t("unavailable")}</StateDot>
  return (
    <StateDot state="unknown" className="text-mute">
      {host.seenAt === null ? (
        t("neverSeen")
      ) : (
        <>
          {t("away")} · <Time at={host.seenAt} show="since" />
        </>
      )}
    </StateDot>
  )
}
