"use client"
import type { EventRecord } from "@plimsoll/server/contract"
import { useRouter } from "next/navigation"
import { parseAsInteger, parseAsStringLiteral, useQueryStates } from "nuqs"
import { useCallback, useMemo } from "react"
import { useTranslations } from "use-intl"
import type { ChartMark } from "@/components/charts/chart-mark"
import type { Tone } from "@/components/controls/badge"
import { Button } from "@/components/controls/button"
import { ErrorState } from "@/components/controls/error-state"
import { isUnreachable } from "@/lib/errors"
import { useFormat } from "@/lib/use-format"
import { useNow } from "@/lib/use-now"
import { useContainer } from "../detail/container-context"
import { type GraphRange, graphs } from "./graph-metrics"
import { GraphPanel } from "./graph-panel"
import { NapsPanel } from "./naps-panel"
import { markOf, useGraphMarks } from "./use-graph-marks"
import { useGraphPoints } from "./use-graph-points"

const lengths = {
  "5m": 300_000,
  "15m": 900_000,
  "1h": 3_600_000,
  "6h": 21_600_000,
  "24h": 86_400_000,
  "7d": 604_800_000,
  "30d": 2_592_000_000,
} as const
const lengthKeys = ["5m", "15m", "1h", "6h", "24h", "7d", "30d"] as const

const tones: Partial<Record<EventRecord["action"], Tone>> = {
  start: "run",
  exit: "neutral",
  oom: "bad",
  pause: "sleep",
  resume: "run",
  nap: "sleep",
  hibernate: "sleep",
  wake: "run",
  health: "warn",
}

/** Graphs of one container with one crosshair, limits as lines, and what happened as marks that lead to the log of that moment. */
export function GraphsPage() {
  const t = useTranslations("container.graphs")
  const actions = useTranslations("container.mark")
  const format = useFormat()
  const now = useNow()
  const router = useRouter()
  const { id, name, row, away, href } = useContainer()
  const [query, setQuery] = useQueryStates(
    { range: parseAsStringLiteral(lengthKeys).withDefault("5m"), from: parseAsInteger, to: parseAsInteger },
    { history: "replace" },
  )
  const zoomed = query.from !== null && query.to !== null && query.to > query.from
  const range: GraphRange = zoomed
    ? { kind: "fixed", from: query.from ?? 0, to: query.to ?? 0 }
    : { kind: "last", lengthMs: lengths[query.range] }
  const { points, from, to, stepMs, source, jumps, error } = useGraphPoints(
    id,
    {
      running: !away && (row.state.status === "running" || row.state.status === "paused"),
      hibernated: !away && row.state.status === "hibernated",
    },
    range,
    now,
  )
  const events = useGraphMarks(id)

  // Whether a moment needs its date does not change within a minute.
  const minute = Math.floor(now / 60_000) * 60_000
  const marks = useMemo<ChartMark[]>(
    () => [
      ...events
        .filter((event) => event.at >= from && event.at <= to)
        .map((event) => ({
          at: event.at,
          label: `${format.clock(event.at, minute)} ${actions(markOf(event), event.attributes)}`,
          tone: tones[event.action] ?? "neutral",
          onOpen: () => router.push(`${href}/logs?since=${event.at - 5000}`),
        })),
      ...jumps
        .filter((jump) => jump.at >= from && jump.at <= to)
        .map((jump) => ({ at: jump.at, label: t("clockJump", { by: format.duration(Math.abs(jump.deltaMs)) }), tone: "warn" as const })),
    ],
    [events, jumps, from, to, minute, format, actions, t, router, href],
  )
  const latest = row.state.status === "running" && !away ? points.at(-1) : undefined
  const zoom = useCallback(
    (part: { from: number; to: number }) => void setQuery({ from: Math.round(part.from), to: Math.round(part.to) }, { history: "push" }),
    [setQuery],
  )
  const zoomOut = useCallback(() => void setQuery({ from: null, to: null }), [setQuery])

  return (
    <div className="flex flex-col gap-3">
      <fieldset className="flex flex-wrap items-center gap-1.5">
        <legend className="sr-only">{t("range")}</legend>
        {lengthKeys.map((key) => (
          <Button
            key={key}
            size="sm"
            variant={!zoomed && query.range === key ? "default" : "ghost"}
            aria-pressed={!zoomed && query.range === key}
            onClick={() => void setQuery({ range: key, from: null, to: null })}
          >
            {t(`lengths.${key}`)}
          </Button>
        ))}
        <span className="ml-auto text-mute text-sm">
          {zoomed ? `${format.clock(from, now)} – ${format.clock(to, now)} · ` : ""}
          {source ? t(`source.${source}`, { step: format.duration(stepMs, 1) }) : ""}
        </span>
      </fieldset>
      {error && !isUnreachable(error) ? <ErrorState compact error={error} title={t("failed")} /> : null}
      {row.state.status === "hibernated" ? <p className="text-mute">{t("hibernated")}</p> : null}
      <div className="grid grid-cols-2 gap-3 max-lg:grid-cols-1">
        {graphs.map((graph) => (
          <GraphPanel
            key={graph.key}
            graph={graph}
            container={name}
            points={points}
            latest={latest}
            from={from}
            to={to}
            stepMs={stepMs}
            limit={graph.limit?.(row.limits)}
            marks={marks}
            syncId={id}
            onZoom={zoom}
            onZoomOut={zoomed ? zoomOut : undefined}
          />
        ))}
      </div>
      <NapsPanel id={id} />
    </div>
  )
}
