"use client"
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { useSubscription } from "@trpc/tanstack-react-query"
import { useMemo, useState } from "react"
import { useTRPC, useTRPCClient } from "@/lib/trpc"
import { type GraphPoint, type GraphRange, graphMetrics, joinPoints, MAXIMUM_POINTS, toGraphPoint, visibleRange } from "./graph-metrics"

/** Above this a new second would not be seen, so only stored points are shown. */
const LIVE_UP_TO_MS = 15 * 60_000
/** One that hibernates sends no seconds: what is stored of it says that it takes nothing. */
const ASLEEP_EVERY_MS = 5000
const noJumps: readonly { at: number; deltaMs: number }[] = []

/**
 * The figures of a container over a range: what is stored, renewed now and then, and each second behind it. `points` stays the same
 * until one comes or the range moves by as much as can be seen.
 */
export function useGraphPoints(
  id: string,
  { running, hibernated }: { running: boolean; hibernated: boolean },
  range: GraphRange,
  now: number,
) {
  const client = useTRPCClient()
  const trpc = useTRPC()
  const live = range.kind === "last" && range.lengthMs <= LIVE_UP_TO_MS
  const [samples, setSamples] = useState<readonly GraphPoint[]>([])
  const subscription = useSubscription(
    trpc.containers.stats.subscriptionOptions(
      { id },
      {
        enabled: live && running,
        onData: (message) => setSamples((before) => [...before.slice(-900), toGraphPoint(message)]),
      },
    ),
  )
  const stored = useQuery({
    queryKey: ["container-graphs", id, range],
    queryFn: ({ signal }) => {
      const to = range.kind === "last" ? Date.now() : range.to
      const from = range.kind === "last" ? to - range.lengthMs : range.from
      return client.metrics.series.query(
        { scope: "container", id, metrics: [...graphMetrics], from, to, maximumPoints: MAXIMUM_POINTS },
        { signal },
      )
    },
    refetchInterval: range.kind === "last" ? (live && hibernated ? ASLEEP_EVERY_MS : 60_000) : false,
    staleTime: 0,
    placeholderData: keepPreviousData,
  })
  const { from, to } = visibleRange(range, { now, lastSampleAt: live && running ? samples.at(-1)?.at : undefined })
  const stepMs = stored.data?.stepMs ?? 1000
  const liveStepMs = Math.max(1000, Math.ceil((to - from) / MAXIMUM_POINTS / 1000) * 1000)
  const shownStepMs = Math.min(stepMs, liveStepMs)
  const points = useMemo(
    () => joinPoints(stored.data?.points ?? [], live ? samples : [], { from, to, stepMs: shownStepMs }),
    [stored.data, live, samples, from, to, shownStepMs],
  )
  return {
    points,
    from,
    to,
    stepMs,
    source: stored.data?.source,
    jumps: stored.data?.marks ?? noJumps,
    error: stored.error ?? subscription.error,
    isLoading: stored.isPending,
  }
}
