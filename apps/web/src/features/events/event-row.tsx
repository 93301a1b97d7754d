"use client"
import type { EventRecord } from "@plimsoll/server/contract"
import { ChevronRight, Filter } from "lucide-react"
import Link from "next/link"
import { useTranslations } from "use-intl"
import { Badge, toneInk } from "@/components/controls/badge"
import { Button } from "@/components/controls/button"
import { CopyButton } from "@/components/controls/copy-button"
import { Facts } from "@/components/controls/table"
import { Time } from "@/components/controls/time"
import { eventHref } from "@/components/events/event-link"
import { EventIcon, eventTone } from "@/components/events/event-look"
import { useEventText } from "@/components/events/use-event-text"
import { HostLink } from "@/components/hosts/host-link"
import { cn } from "@/lib/cn"
import { useFormat } from "@/lib/use-format"
import type { FilterChange } from "./event-list"

interface EventRowProps {
  event: EventRecord
  /** There is more than one: say which. */
  showHost: boolean
  open: boolean
  highlighted: boolean
  onToggle: () => void
  onFilter: (change: FilterChange) => void
}

/** One event; open, it shows all that was recorded. */
export function EventRow({ event, showHost, open, highlighted, onToggle, onFilter }: EventRowProps) {
  const t = useTranslations("events")
  const audit = useTranslations("audit")
  const text = useEventText()(event)
  const href = eventHref(event)
  return (
    <div className={cn(highlighted && "bg-selected", open && "bg-hover/60")}>
      <div
        className={cn(
          "grid min-h-[35px] grid-cols-[1.75rem_auto_minmax(0,1fr)] items-center gap-x-2 pr-4 pl-1.5 hover:bg-hover/60",
          showHost
            ? "md:grid-cols-[1.75rem_8.5rem_14.5rem_minmax(0,1fr)_8rem_7rem]"
            : "md:grid-cols-[1.75rem_8.5rem_14.5rem_minmax(0,1fr)_7rem]",
        )}
      >
        <button
          type="button"
          aria-expanded={open}
          aria-label={t("details", { cursor: event.cursor })}
          onClick={onToggle}
          className="grid size-7 place-items-center rounded text-faint hover:text-ink"
        >
          <ChevronRight aria-hidden className={cn("size-3.5 transition-transform", open && "rotate-90")} />
        </button>
        <Time at={event.at} show="clock" className="whitespace-nowrap text-faint" />
        <span className="flex min-w-0 items-center gap-2">
          <EventIcon action={event.action} className={cn("size-3.5 shrink-0", toneInk[eventTone(event)])} />
          <span className="whitespace-nowrap font-medium">{text.verb}</span>
          {event.audit === null || event.audit.result === "done" ? (
            <span className="truncate text-faint text-sm">{t(`kinds.${event.kind}`)}</span>
          ) : (
            <Badge tone={eventTone(event)}>{audit(`results.${event.audit.result}`)}</Badge>
          )}
        </span>
        <span
          className={cn("flex min-w-0 items-baseline gap-x-2.5 max-md:col-start-3 max-md:pb-1.5", text.who !== "" && "max-md:flex-wrap")}
        >
          {href === null ? (
            <span className="max-w-3/5 shrink-0 truncate">{text.name}</span>
          ) : (
            <Link href={href} prefetch={false} className="max-w-3/5 shrink-0 truncate rounded hover:underline">
              {text.name}
            </Link>
          )}
          {text.who === "" ? null : (
            <span className="shrink-0 whitespace-nowrap text-mute text-sm max-md:max-w-full max-md:truncate">{text.who}</span>
          )}
          <span className={cn("truncate text-mute text-sm", text.who !== "" && "max-md:w-full")}>{text.detail}</span>
        </span>
        {showHost ? (
          <span className="flex justify-end text-mute text-sm max-md:hidden">
            <HostLink id={event.host} />
          </span>
        ) : null}
        <span className="truncate text-right text-mute text-sm max-md:hidden">{event.tenant}</span>
      </div>
      {open ? <EventDetails event={event} showHost={showHost} onFilter={onFilter} /> : null}
    </div>
  )
}

function EventDetails({ event, showHost, onFilter }: { event: EventRecord; showHost: boolean; onFilter: (change: FilterChange) => void }) {
  const t = useTranslations("events")
  const audit = useTranslations("audit")
  const roles = useTranslations("audit.role")
  const format = useFormat()
  const attributes = Object.entries(event.attributes)
  const actor = event.audit?.actor
  return (
    <div className="flex flex-col gap-3 px-4 pt-1 pb-4 pl-10">
      <Facts
        rows={[
          { name: t("when"), value: format.dateTime(event.at) },
          {
            name: t("objectId"),
            value: (
              <span className="flex items-center gap-1">
                <code className="truncate text-sm">{event.id}</code>
                <CopyButton text={event.id} />
              </span>
            ),
          },
          ...(event.audit === null || actor === undefined
            ? []
            : [
                { name: audit("who"), value: actor.role === null ? actor.name : `${actor.name} (${roles(actor.role)})` },
                ...(actor.lookingAs === null ? [] : [{ name: audit("lookedAs"), value: actor.lookingAs }]),
                { name: audit("address"), value: actor.address ?? audit("thisHost") },
                { name: audit("result"), value: audit(`results.${event.audit.result}`) },
                { name: audit("operation"), value: <code className="text-sm">{event.action}</code> },
              ]),
          { name: t("tenant"), value: event.tenant },
          { name: t("host"), value: <HostLink id={event.host} /> },
          { name: t("cursor"), value: event.cursor },
          ...attributes.map(([name, value]) => ({
            name: <code className="text-sm">{name}</code>,
            value: <span className="break-all">{value}</span>,
          })),
        ]}
      />
      <div className="flex flex-wrap gap-2">
        <Button size="sm" icon={<Filter aria-hidden className="size-3" />} onClick={() => onFilter({ object: event.id })}>
          {t("onlyObject")}
        </Button>
        {actor === undefined ? null : (
          <Button size="sm" icon={<Filter aria-hidden className="size-3" />} onClick={() => onFilter({ actor: actor.name })}>
            {audit("onlyActor")}
          </Button>
        )}
        <Button size="sm" icon={<Filter aria-hidden className="size-3" />} onClick={() => onFilter({ tenant: event.tenant })}>
          {t("onlyTenant")}
        </Button>
        {showHost ? (
          <Button size="sm" icon={<Filter aria-hidden className="size-3" />} onClick={() => onFilter({ host: event.host })}>
            {t("onlyHost")}
          </Button>
        ) : null}
      </div>
    </div>
  )
}
