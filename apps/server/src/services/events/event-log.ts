import type { z } from "zod"
import type { EventPage, EventRecord, eventFilters, listEventsInput } from "../../contract/events.js"

export type EventFilters = z.output<typeof eventFilters>
export type EventQuery = z.output<typeof listEventsInput>

/** The durable record of what happened, with a cursor of its own that only grows. */
export interface EventLog {
  /** One page, newest first, or oldest first when asked for what is `after` a cursor. */
  list(query: EventQuery): Promise<EventPage>
  /**
   * Every matching record after the cursor, in order, each once; then those that come. Ends when `signal` aborts. Reads by
   * page, so that a slow reader costs no memory.
   */
  follow(options: { after: number | undefined; filters: EventFilters; signal: AbortSignal }): AsyncIterable<EventRecord>
}
