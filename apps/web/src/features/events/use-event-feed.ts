"use client"
import { skipToken } from "@tanstack/react-query"
import { useSubscription } from "@trpc/tanstack-react-query"
import { useCallback, useEffect, useRef, useState } from "react"
import { useTRPC, useTRPCClient } from "@/lib/trpc"
import { type EventFeed, withNewEvent, withOlderEvents } from "./event-feed"
import type { EventFilterState } from "./use-event-filter"

const PAGE = 100
/** After a failure older ones are not asked for again at once: the list asks at each change of its own. */
const RETRY_MS = 3000

interface FeedState extends EventFeed {
  phase: "loading" | "ready" | "loading-older" | "failed"
  error: unknown
  /** Where older ones begin; `null`: there are none. */
  before: number | null
  /** The stream goes on after this one. `null` until the first page is there. */
  after: number | null
}

const loading: FeedState = { items: [], unseen: 0, phase: "loading", error: null, before: null, after: null }

/**
 * The newest events that match, older ones on demand, and new ones as they come. The stream begins exactly after the first
 * page, and after a lost connection exactly after what came last, so that nothing is missed or doubled.
 */
export function useEventFeed({ query, filter }: Pick<EventFilterState, "query" | "filter">) {
  const trpc = useTRPC()
  const client = useTRPCClient()
  const [state, setState] = useState(loading)
  const atTop = useRef(true)
  const { until } = filter
  const key = JSON.stringify([query, until])
  const run = useRef(0)
  const failedAt = useRef(0)

  const loadFirst = useCallback(async () => {
    const mine = ++run.current
    setState(loading)
    try {
      const page = await client.events.list.query({ ...query, limit: PAGE, ...(until === null ? {} : { to: until }) })
      // Another filter was chosen meanwhile.
      if (mine !== run.current) return
      setState({ ...loading, items: page.items, phase: "ready", before: page.nextCursor, after: page.items[0]?.cursor ?? 0 })
    } catch (error) {
      if (mine === run.current) setState({ ...loading, phase: "failed", error })
    }
  }, [client, query, until])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the key stands for what the filter means, not for its identity.
  useEffect(() => {
    void loadFirst()
  }, [key])

  const live = until === null && state.after !== null
  useSubscription(
    trpc.events.stream.subscriptionOptions(live ? { ...query, after: state.after ?? 0 } : skipToken, {
      onData: ({ data: event }) => setState((known) => ({ ...known, ...withNewEvent(known, event, atTop.current) })),
    }),
  )

  async function loadOlder() {
    if (state.phase !== "ready" || state.before === null || Date.now() - failedAt.current < RETRY_MS) return
    const mine = run.current
    setState((known) => ({ ...known, phase: "loading-older" }))
    try {
      const page = await client.events.list.query({ ...query, limit: PAGE, before: state.before })
      if (mine !== run.current) return
      setState((known) => ({ ...known, ...withOlderEvents(known, page.items), phase: "ready", before: page.nextCursor }))
    } catch (error) {
      failedAt.current = Date.now()
      if (mine === run.current) setState((known) => ({ ...known, phase: "ready", error }))
    }
  }

  const setAtTop = useCallback((top: boolean) => {
    atTop.current = top
    if (top) setState((known) => (known.unseen === 0 ? known : { ...known, unseen: 0 }))
  }, [])

  return { ...state, live, loadOlder, setAtTop, reload: loadFirst }
}
