"use client"
import type { EventRecord } from "@plimsoll/server/contract"
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useSubscription } from "@trpc/tanstack-react-query"
import { useTRPC } from "@/lib/trpc"

/** What is marked on the graphs of a container. */
const marked = ["start", "exit", "oom", "pause", "resume", "nap", "hibernate", "wake", "update", "health"] as const
export type MarkedAction = (typeof marked)[number]

/** Which mark an event is. */
export function markOf({ action }: Pick<EventRecord, "action">): MarkedAction {
  return marked.find((each) => each === action) ?? "start"
}

/** Its own: an incident tells of the same moment once more. */
const kinds: EventRecord["kind"][] = ["container"]

/** What happened to the container, newest first, renewed as it happens. */
export function useGraphMarks(id: string): EventRecord[] {
  const trpc = useTRPC()
  const queries = useQueryClient()
  const filters = { objectId: id, kinds, actions: [...marked] }
  const input = { ...filters, limit: 200 }
  const events = useQuery(trpc.events.list.queryOptions(input))
  const readAgain = () => void queries.invalidateQueries({ queryKey: trpc.events.list.queryKey(input) })
  useSubscription(
    trpc.events.stream.subscriptionOptions(
      filters,
      // Once it has started nothing is missed any more; what came between the list and it is read now.
      { onStarted: readAgain, onData: readAgain },
    ),
  )
  return events.data?.items ?? []
}
