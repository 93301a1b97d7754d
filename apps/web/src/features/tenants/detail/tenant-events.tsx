"use client"
import type { EventRecord } from "@plimsoll/server/contract"
import { useQuery } from "@tanstack/react-query"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { toneInk } from "@/components/controls/badge"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Time } from "@/components/controls/time"
import { EventIcon, eventTone } from "@/components/events/event-look"
import { useEventText } from "@/components/events/use-event-text"
import { cn } from "@/lib/cn"
import { isUnreachable } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"

const SHOWN = 12
const EVERY_MS = 5000

/** What happened of late to a tenant and by its people. */
export function TenantEvents({ tenant }: { tenant: string }) {
  const t = useTranslations("tenants.events")
  const controls = useTranslations("controls")
  const { data, error, refetch } = useQuery(useTRPC().events.list.queryOptions({ tenant, limit: SHOWN }, { refetchInterval: EVERY_MS }))
  const address = `/events?tenant=${encodeURIComponent(tenant)}`
  return (
    <Panel
      title={t("title")}
      aside={
        <>
          <Link href={`${address}&kind=audit`} className="rounded hover:text-ink hover:underline">
            {t("audit")}
          </Link>
          <Link href={address} className="rounded hover:text-ink hover:underline">
            {t("all")}
          </Link>
        </>
      }
    >
      {error && !(data && isUnreachable(error)) ? (
        <ErrorState error={error} compact onRetry={() => void refetch()} className="m-3" />
      ) : data === undefined ? (
        <SkeletonRows rows={6} label={controls("loading")} />
      ) : data.items.length === 0 ? (
        <p className="px-4 pb-4 text-mute">{t("none")}</p>
      ) : (
        <ol>
          {data.items.map((event) => (
            <EventLine key={event.cursor} event={event} />
          ))}
        </ol>
      )}
    </Panel>
  )
}

function EventLine({ event }: { event: EventRecord }) {
  const text = useEventText()(event)
  return (
    <li className="flex items-center gap-2 border-line border-t px-4 py-1.5">
      <EventIcon action={event.action} className={cn("size-3.5 shrink-0", toneInk[eventTone(event)])} />
      <span className="whitespace-nowrap font-medium">{text.verb}</span>
      <span className="min-w-0 flex-1 truncate">
        {text.name} <span className="text-mute text-sm">{[text.who, text.detail].filter((part) => part !== "").join(" · ")}</span>
      </span>
      <Time at={event.at} className="whitespace-nowrap text-faint text-sm" />
    </li>
  )
}
