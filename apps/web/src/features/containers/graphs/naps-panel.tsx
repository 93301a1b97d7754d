"use client"
import { useQuery } from "@tanstack/react-query"
import { useTranslations } from "use-intl"
import { ErrorState } from "@/components/controls/error-state"
import { Panel } from "@/components/controls/panel"
import { Time } from "@/components/controls/time"
import { useEventText } from "@/components/events/use-event-text"
import { useTRPC } from "@/lib/trpc"

const SHOWN = 20
const EVERY_MS = 10_000

/** The last naps and hibernations of a container, their ends, and what was taken back while it ran. Of one without any nothing is shown. */
export function NapsPanel({ id }: { id: string }) {
  const t = useTranslations("container.naps")
  const text = useEventText()
  const { data, error, refetch } = useQuery(
    useTRPC().events.list.queryOptions(
      { objectId: id, kinds: ["container"], actions: ["nap", "hibernate", "wake", "reclaim"], limit: SHOWN },
      { refetchInterval: EVERY_MS },
    ),
  )
  if (error !== null) return <ErrorState error={error} compact title={t("failed")} onRetry={() => void refetch()} />
  if (data === undefined || data.items.length === 0) return null
  return (
    <Panel title={t("title")}>
      <ol className="pb-2">
        {data.items.map((event) => {
          const { verb, detail } = text(event)
          return (
            <li key={event.cursor} className="flex flex-wrap gap-x-3 px-4 py-1">
              <Time at={event.at} show="clock" className="w-36 whitespace-nowrap text-faint" />
              <span className="font-medium">{verb}</span>
              <span className="text-mute">{detail}</span>
            </li>
          )
        })}
      </ol>
    </Panel>
  )
}
