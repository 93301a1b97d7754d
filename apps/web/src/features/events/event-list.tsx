"use client"
import type { EventRecord } from "@plimsoll/server/contract"
import { useVirtualizer } from "@tanstack/react-virtual"
import { ArrowUp } from "lucide-react"
import { useEffect, useLayoutEffect, useMemo, useRef } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { useHosts } from "@/lib/live"
import { useRowKeys } from "@/lib/use-row-keys"
import { EventRow } from "./event-row"
import type { useEventFeed } from "./use-event-feed"

export interface FilterChange {
  object?: string
  tenant?: string
  host?: string
  actor?: string
}

interface EventListProps {
  feed: ReturnType<typeof useEventFeed>
  /** Cursor of the event whose details are shown. */
  opened: number | null
  onOpen: (cursor: number) => void
  onFilter: (change: FilterChange) => void
}

/** The events as rows, only those in view in the page. New ones come in at the top without moving what one reads. */
export function EventList({ feed, opened, onOpen, onFilter }: EventListProps) {
  const t = useTranslations("events")
  const scroller = useRef<HTMLDivElement>(null)
  const { items, setAtTop, loadOlder } = feed
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 36,
    overscan: 12,
    getItemKey: (index) => items[index]?.cursor ?? index,
  })
  const visible = rows.getVirtualItems()
  const lastVisible = visible.at(-1)?.index ?? 0
  const cursors = useMemo(() => items.map((event) => event.cursor), [items])
  const several = useHosts().list.length > 1
  const highlighted = useRowKeys({ keys: cursors, onOpen, onMove: (index) => rows.scrollToIndex(index) })

  useEffect(() => {
    if (lastVisible >= items.length - 20) void loadOlder()
  }, [lastVisible, items.length, loadOlder])

  useStillness(scroller, items)

  return (
    <div className="relative min-h-0 flex-1">
      {feed.unseen > 0 ? (
        <div className="absolute inset-x-0 top-2 z-10 flex justify-center">
          <Button
            size="sm"
            variant="primary"
            icon={<ArrowUp aria-hidden className="size-3.5" />}
            className="rounded-full! shadow-pop"
            onClick={() => scroller.current?.scrollTo({ top: 0, behavior: "smooth" })}
          >
            {t("newOnes", { count: feed.unseen })}
          </Button>
        </div>
      ) : null}
      <section
        ref={scroller}
        aria-label={t("title")}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
        tabIndex={0}
        className="h-full overflow-y-auto"
        onScroll={(event) => setAtTop(event.currentTarget.scrollTop < 8)}
      >
        <ol className="relative" style={{ height: rows.getTotalSize() }}>
          {visible.map((row) => {
            const event: EventRecord | undefined = items[row.index]
            if (event === undefined) return null
            return (
              <li
                key={row.key}
                ref={rows.measureElement}
                data-index={row.index}
                className="absolute inset-x-0 top-0 border-line border-b"
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <EventRow
                  event={event}
                  showHost={several}
                  open={opened === event.cursor}
                  highlighted={highlighted === event.cursor}
                  onToggle={() => onOpen(event.cursor)}
                  onFilter={onFilter}
                />
              </li>
            )
          })}
        </ol>
        <p className="px-4 py-3 text-center text-faint text-sm">
          {feed.phase === "loading-older" ? t("loadingOlder") : feed.before === null ? t("beginning") : " "}
        </p>
      </section>
    </div>
  )
}

/** While one reads further down, rows that come in above push the view down by their height. */
function useStillness(scroller: React.RefObject<HTMLDivElement | null>, items: readonly EventRecord[]) {
  const known = useRef<{ newest: number | undefined; count: number }>({ newest: undefined, count: 0 })
  useLayoutEffect(() => {
    const element = scroller.current
    const { newest } = known.current
    if (element !== null && newest !== undefined && element.scrollTop >= 8) {
      const added = items.findIndex((event) => event.cursor === newest)
      if (added > 0) element.scrollTop += added * 36
    }
    known.current = { newest: items[0]?.cursor, count: items.length }
  }, [items, scroller])
}
