"use client"
import { Activity } from "lucide-react"
import { useState } from "react"
import { useTranslations } from "use-intl"
import { Button } from "@/components/controls/button"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { PageHeader } from "@/components/controls/page-header"
import { SkeletonRows } from "@/components/controls/skeleton"
import { EventList } from "./event-list"
import { EventToolbar } from "./event-toolbar"
import { ExportMenu } from "./export-menu"
import { useEventFeed } from "./use-event-feed"
import { useEventFilter } from "./use-event-filter"

/** All that ever happened, live and back in time. */
export function EventsPage() {
  const t = useTranslations("events")
  const controls = useTranslations("controls")
  const filterState = useEventFilter()
  const feed = useEventFeed(filterState)
  const [opened, setOpened] = useState<number | null>(null)
  const clear = () => void filterState.setFilter(null)

  return (
    <div className="flex h-[calc(100dvh-6.5rem)] min-h-96 flex-col">
      <PageHeader
        title={t("title")}
        description={t("description")}
        actions={<ExportMenu query={filterState.query} filter={filterState.filter} />}
      />
      <EventToolbar state={filterState} live={feed.live} />
      <div className="mt-3 flex min-h-0 flex-1 flex-col overflow-hidden rounded-panel border border-line bg-panel">
        {feed.phase === "failed" ? (
          <ErrorState error={feed.error} title={t("failed")} onRetry={() => void feed.reload()} />
        ) : feed.phase === "loading" ? (
          <SkeletonRows rows={12} label={controls("loading")} />
        ) : feed.items.length === 0 ? (
          <EmptyState
            icon={<Activity />}
            title={t(filterState.active ? "nothingMatches" : "empty")}
            action={filterState.active ? <Button onClick={clear}>{t("clearFilter")}</Button> : null}
          >
            {t(filterState.active ? "nothingMatchesHint" : "emptyHint")}
          </EmptyState>
        ) : (
          <EventList
            feed={feed}
            opened={opened}
            onOpen={(cursor) => setOpened(cursor === opened ? null : cursor)}
            onFilter={(change) => void filterState.setFilter(change)}
          />
        )}
      </div>
    </div>
  )
}
