import type { EventRecord } from "../../contract/events.js"
import type { EventFilters, EventLog } from "./event-log.js"

const PAGE = 200

/** All that the filters let through, oldest first, a page at a time: whoever reads slowly costs no memory. */
export async function* exportEvents(
  events: Pick<EventLog, "list">,
  query: EventFilters & { from?: number; to?: number },
): AsyncGenerator<EventRecord[], void, void> {
  for (let after: number | null = 0; after !== null; ) {
    const page = await events.list({ ...query, after, limit: PAGE })
    yield page.items
    after = page.nextCursor
  }
}
