import { tracked } from "@trpc/server"
import { listEventsInput, streamEventsInput } from "../../contract/events.js"
import { procedure, router } from "../../trpc/init.js"
import { paced } from "../../trpc/outbound.js"

export const eventsRouter = router({
  list: procedure.input(listEventsInput).query(({ ctx, input }) => ctx.services.events.list(input)),
  /** Each event carries its cursor as id: a client that reconnects sends the last one and misses nothing. */
  stream: procedure.input(streamEventsInput).subscription(async function* ({ ctx, input: { after, lastEventId, ...filters }, signal }) {
    const end = signal ?? new AbortController().signal
    const records = ctx.services.events.follow({ after: lastEventId ?? after, filters, signal: end })
    for await (const record of paced(ctx.outbound, records, end)) yield tracked(String(record.cursor), record)
  }),
})
