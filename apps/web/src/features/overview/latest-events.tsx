"use client"
import type { EventRecord } from "@plimsoll/server/contract"
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useSubscription } from "@trpc/tanstack-react-query"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { toneInk } from "@/components/controls/badge"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { SkeletonRows } from "@/components/controls/skeleton"
import { Time } from "@/components/controls/time"
import { eventHref } from "@/components/events/event-link"
import { EventIcon, eventTone } from "@/components/events/event-look"
import { useEventText } from "@/components/events/use-event-text"
import { cn } from "@/lib/cn"
import { useTRPC } from "@/lib/trpc"

const SHOWN = 6

/** The last few events of one host, or of all that one may see; new ones on top as they come. */
export function LatestEvents({ host }: { host?: string }) {
  const t = useTranslations("overview")
  const trpc = useTRPC()
  const queries = useQueryClient()
  const controls = useTranslations("controls")
  const where = host === undefined ? {} : { host }
  const options = trpc.events.list.queryOptions({ limit: SHOWN, ...where })
  const { data, error, refetch } = useQuery(options)
  useSubscription(
    trpc.events.stream.subscriptionOptions(where, {
      onData: ({ data: event }) => {
        queries.setQueryData(
          options.queryKey,
          (page) => page && { ...page, items: [event, ...page.items.filter((each) => each.cursor !== event.cursor)].slice(0, SHOWN) },
        )
      },
    }),
  )
  return (
    <Panel
      title={t("latestEvents")}
      aside={
        <Link href="/events" className="rounded hover:text-ink hover:underline">
          {t("allEvents")}
        </Link>
      }
    >
      {error ? (
        <ErrorState error={error} compact onRetry={() => void refetch()} className="m-3" />
      ) : data === undefined ? (
        <SkeletonRows rows={4} label={controls("loading")} />
      ) : data.items.length === 0 ? (
        <p className="px-4 pb-4 text-mute">{t("noEvents")}</p>
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
  const href = eventHref(event)
  return (
    <li className="grid grid-cols-[4.2rem_minmax(0,1fr)] gap-x-2 border-line border-t px-4 py-1.5">
      <Time at={event.at} show="clock" className="text-faint" />
      <div className="min-w-0">
        <p className="flex items-center gap-1.5">
          <EventIcon action={event.action} className={cn("size-3.5 shrink-0", toneInk[eventTone(event)])} />
          <span className="whitespace-nowrap font-medium">{text.verb}</span>
          {href === null ? (
            <span className="truncate">{text.name}</span>
          ) : (
            <Link href={href} prefetch={false} className="truncate rounded hover:underline">
              {text.name}
            </Link>
          )}
        </p>
        {text.detail === "" ? null : <p className="truncate text-mute text-sm">{text.detail}</p>}
      </div>
    </li>
  )
}
