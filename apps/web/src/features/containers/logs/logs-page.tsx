"use client"
import { bounds } from "@plimsoll/server/contract"
import { useSubscription } from "@trpc/tanstack-react-query"
import { parseAsArrayOf, parseAsBoolean, parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from "nuqs"
import { useEffect, useMemo, useState } from "react"
import { useTranslations } from "use-intl"
import { EmptyState } from "@/components/controls/empty-state"
import { ErrorState } from "@/components/controls/error-state"
import { SkeletonRows } from "@/components/controls/skeleton"
import { isUnreachable } from "@/lib/errors"
import { useTRPC } from "@/lib/trpc"
import { useContainer } from "../detail/container-context"
import { appendLines, emptyLog, filterLog } from "./log-buffer"
import { LogView } from "./log-view"
import { type LogsFilter, LogsToolbar } from "./logs-toolbar"

const FIRST_LINES = 1000

/** Lines shown before and after each match. */
const CONTEXT_LINES = 3

/** How long a log that has begun to be read may be silent before it is called empty. */
const SILENCE_MS = 1500

/** The log, followed as it grows: search, streams, levels, a jump in time, download. The address keeps all of it. */
export function LogsPage() {
  const { id, row } = useContainer()
  const [filter, setFilter] = useQueryStates(
    {
      q: parseAsString.withDefault(""),
      streams: parseAsArrayOf(parseAsStringLiteral(["stdout", "stderr"] as const)).withDefault(["stdout", "stderr"]),
      levels: parseAsArrayOf(parseAsStringLiteral(["error", "warning", "info", "debug"] as const)).withDefault([]),
      context: parseAsBoolean.withDefault(false),
      /** Last lines that are read at first. */
      tail: parseAsInteger.withDefault(FIRST_LINES),
      /** Epoch milliseconds from which the log is shown. */
      since: parseAsInteger,
    },
    { history: "replace", throttleMs: 200 },
  )
  // A container that starts again, or another beginning, is another reading of the log.
  const { state } = row
  const started = state.status === "running" || state.status === "paused" || state.status === "hibernated" ? state.startedAt : 0
  return (
    <FollowedLog
      key={`${id}/${filter.since}/${filter.tail}/${started}`}
      filter={filter}
      onFilterChange={(change) => void setFilter(change)}
    />
  )
}

function FollowedLog({ filter, onFilterChange }: { filter: LogsFilter; onFilterChange: (change: Partial<LogsFilter>) => void }) {
  const t = useTranslations("container.logs")
  const trpc = useTRPC()
  const { id, name, href } = useContainer()
  const [buffer, setBuffer] = useState(emptyLog)
  const [silent, setSilent] = useState(false)
  const [wrap, setWrap] = useState(true)
  const { since } = filter
  const tail = Math.min(bounds.logTailLines, Math.max(1, filter.tail))
  const subscription = useSubscription(
    trpc.containers.logs.subscriptionOptions(
      { id, follow: true, ...(since === null ? { tail } : { since }) },
      {
        // Begins from the same place after the connection was lost, so what is shown is replaced, not doubled.
        onStarted: () => setBuffer(emptyLog),
        onData: (batch) => setBuffer((before) => appendLines(before, batch.lines, { keep: since === null ? "last" : "first" })),
        enabled: !buffer.full,
      },
    ),
  )
  // A log that is at its end already completes at once and is idle then.
  const begun = subscription.status === "pending" || subscription.status === "idle"
  useEffect(() => {
    if (!begun) return
    const timer = setTimeout(() => setSilent(true), SILENCE_MS)
    return () => clearTimeout(timer)
  }, [begun])

  const lines = useMemo(
    () =>
      filterLog(buffer.lines, {
        text: filter.q,
        streams: filter.streams,
        levels: filter.levels,
        context: filter.context ? CONTEXT_LINES : 0,
      }),
    [buffer.lines, filter.q, filter.streams, filter.levels, filter.context],
  )
  return (
    <div className="flex min-h-0 flex-1 flex-col gap-2">
      <LogsToolbar
        filter={filter}
        onChange={onFilterChange}
        wrap={wrap}
        onWrapChange={setWrap}
        shown={lines.length}
        total={buffer.lines.length}
        dropped={buffer.dropped}
        full={buffer.full}
        {...(since === null &&
          tail < bounds.logTailLines &&
          buffer.lines.length >= tail && { onEarlier: () => onFilterChange({ tail: bounds.logTailLines }) })}
        download={{
          name: `${name}.log`,
          text: () => lines.map((line) => `${new Date(line.timestamp).toISOString()} ${line.stream} ${line.text}\n`).join(""),
        }}
        wholeLog={`/api/containers/${id}/logs`}
      />
      {subscription.error && !isUnreachable(subscription.error) ? (
        <ErrorState compact error={subscription.error} title={t("failed")} onRetry={subscription.reset} />
      ) : null}
      {lines.length > 0 ? (
        <LogView
          lines={lines}
          wrap={wrap}
          highlight={filter.q}
          label={t("label", { name })}
          fromStart={since !== null}
          addressOf={(line) => `${href}/logs?since=${Math.floor(line.timestamp)}`}
        />
      ) : buffer.lines.length > 0 ? (
        <EmptyState title={t("noMatch")} />
      ) : silent ? (
        <EmptyState title={t("empty.title")}>{since === null ? t("empty.text") : t("empty.since")}</EmptyState>
      ) : subscription.error ? null : (
        <SkeletonRows rows={8} label={t("loading")} />
      )}
    </div>
  )
}
