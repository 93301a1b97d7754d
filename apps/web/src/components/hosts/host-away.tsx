"use client"
import type { HostSummary } from "@plimsoll/server/contract"
import { Unplug } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Remedy } from "@/components/controls/error-state"
import { Time } from "@/components/controls/time"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"

/** A host is away: since when, why, what mends it, and of when what is shown is. `linked`: on another page than its own. */
export function HostAway({ host, linked = false }: { host: HostSummary; linked?: boolean }) {
  const t = useTranslations("hosts.awayBanner")
  const format = useFormat()
  const now = useNow()
  const name = linked ? (
    <Link href={`/hosts/${encodeURIComponent(host.id)}`} className="rounded underline">
      {host.name}
    </Link>
  ) : (
    host.name
  )
  return (
    <section role="status" className="flex gap-3 rounded-panel border border-warn bg-panel px-4 py-3">
      <Unplug aria-hidden className="mt-0.5 size-4.5 shrink-0 text-warn-ink" />
      <div className="flex min-w-0 flex-1 flex-col gap-1">
        <p className="font-semibold">
          {host.seenAt === null ? t.rich("never", { host: () => name }) : t.rich("since", { host: () => name })}{" "}
          {host.seenAt === null ? null : (
            <span className="font-normal text-mute">
              <Time at={host.seenAt} />
            </span>
          )}
        </p>
        {host.reason === null ? null : <p className="break-words text-mute">{host.reason}</p>}
        {host.remedy === null ? null : <Remedy text={host.remedy} />}
        <p className="text-mute">{host.seenAt === null ? t("comesByItself") : t("lastKnown", { time: format.clock(host.seenAt, now) })}</p>
      </div>
    </section>
  )
}
