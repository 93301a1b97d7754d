import { bounds, type EventRecord, type LineHistory, loadLineResources, localHost, predictedResources } from "@plimsoll/server/contract"
import type { Client } from "@/lib/trpc"

const DAY_MS = 86_400_000
const USERS = 5
/** More events than these are not read. */
const MOST_PAGES = 25

export type CapacityReport = Awaited<ReturnType<typeof readReport>>

/** All that the report of the last so many days says, read once, so that its figures belong together. */
export async function readReport(client: Client, days: number, signal: AbortSignal) {
  const to = Date.now()
  const from = to - days * DAY_MS
  const [now, host, histories, fine, sales, ladder, incidents] = await Promise.all([
    client.overprovisioning.now.query(undefined, { signal }),
    client.host.info.query({ host: localHost }, { signal }),
    Promise.all(
      loadLineResources.map(async (resource) => ({
        resource,
        history: await client.overprovisioning.history.query({ resource, from, to }, { signal }),
      })),
    ),
    readFinely(client, { from, to }, signal),
    Promise.all(
      predictedResources.map(async (resource) => ({
        resource,
        uses: await client.overprovisioning.sales.query({ resource, limit: USERS }, { signal }),
      })),
    ),
    readEvents(client, { kind: "ladder", from, to }, signal),
    readEvents(client, { kind: "incident", from, to }, signal),
  ])
  return { days, from, to, now, host, histories, fine, sales, ladder, incidents }
}

/** The history of memory in pieces, each with steps so short that gaps show: of minutes in a week, of a quarter of an hour in more. */
async function readFinely(client: Client, { from, to }: { from: number; to: number }, signal: AbortSignal): Promise<LineHistory> {
  const pieceMs = to - from <= 7 * DAY_MS ? DAY_MS : 6 * DAY_MS
  const pieces = await Promise.all(
    Array.from({ length: Math.ceil((to - from) / pieceMs) }, (_, index) => from + index * pieceMs).map((start) =>
      client.overprovisioning.history.query({ resource: "memory", from: start, to: Math.min(to, start + pieceMs) }, { signal }),
    ),
  )
  return {
    stepMs: Math.max(...pieces.map(({ stepMs }) => stepMs)),
    points: pieces.flatMap(({ points }) => points),
    marks: pieces.flatMap(({ marks }) => marks),
  }
}

interface EventsQuery {
  kind: "ladder" | "incident"
  from: number
  to: number
}

/** Newest first. `complete` is false when there were more than are read. */
async function readEvents(client: Client, { kind, from, to }: EventsQuery, signal: AbortSignal) {
  const events: EventRecord[] = []
  let before: number | null = null
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, nextCursor } = await client.events.list.query(
      { kinds: [kind], from, to, limit: bounds.eventPageSize, ...(before === null ? {} : { before }) },
      { signal },
    )
    events.push(...items)
    if (nextCursor === null) return { events, complete: true }
    before = nextCursor
  }
  return { events, complete: false }
}
