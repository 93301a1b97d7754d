import type { ContainerEngine } from "@plimsoll/runtime"
import type { EventRecord } from "../../contract/events.js"
import type { Database } from "../../db/open-database.js"
import { inBatches } from "../in-batches.js"
import { type EventJournal, type EventSource, type OwnEvent, sourceOfHost } from "./event-journal.js"
import type { EventLog } from "./event-log.js"
import { eventWhere, toEventRecord } from "./event-queries.js"

const PAGE = 200
/** Events that are there at once are written in one transaction. */
const BATCH = 500

export interface EventLogDependencies {
  database: Database
  journal: EventJournal
  onError: (error: unknown) => void
  /** Pause before it is tried again after a failure. */
  retryMs?: number
}

export interface RunningEventLog extends EventLog {
  /** Reads the engine's journal from where it was left, until it is closed, `signal` aborts, or the log is closed. */
  consume(source: EventSource, engine: ContainerEngine, signal?: AbortSignal): Promise<void>
  /** Adds an event of the console's own. */
  note(event: OwnEvent, host: string): Promise<void>
  /** Forgets how far a host's events were read; the events stay. */
  forget(host: string): Promise<void>
  close(): void
}

export function createEventLog({ database, journal, onError, retryMs = 5000 }: EventLogDependencies): RunningEventLog {
  const { prisma, provider } = database
  const closing = new AbortController()
  const readers = new Set<() => void>()

  async function page(where: ReturnType<typeof eventWhere>, after: number): Promise<EventRecord[]> {
    const rows = await prisma.event.findMany({ where: { AND: [where, { cursor: { gt: after } }] }, orderBy: { cursor: "asc" }, take: PAGE })
    return rows.map(toEventRecord)
  }

  async function newestCursor(): Promise<number> {
    return (await prisma.event.findFirst({ orderBy: { cursor: "desc" }, select: { cursor: true } }))?.cursor ?? 0
  }

  return {
    async list({ before, after, from, to, limit, ...filters }) {
      const forward = after !== undefined
      const cursor = { ...(before !== undefined && { lt: before }), ...(forward && { gt: after }) }
      const at = { ...(from !== undefined && { gte: BigInt(from) }), ...(to !== undefined && { lte: BigInt(to) }) }
      const rows = await prisma.event.findMany({
        where: { AND: [eventWhere(filters, provider), { cursor, at }] },
        orderBy: { cursor: forward ? "asc" : "desc" },
        take: limit + 1,
      })
      const items = rows.slice(0, limit).map(toEventRecord)
      return { items, nextCursor: rows.length > limit ? (items.at(-1)?.cursor ?? null) : null }
    },

    async *follow({ after, filters, signal }) {
      const where = eventWhere(filters, provider)
      let wake: (() => void) | undefined
      let fresh = true
      const notify = () => {
        fresh = true
        wake?.()
      }
      readers.add(notify)
      signal.addEventListener("abort", notify)
      try {
        // A cursor from before the database was replaced may lie ahead of all there is.
        const newest = await newestCursor()
        let cursor = Math.min(after ?? newest, newest)
        while (!signal.aborted && !closing.signal.aborted) {
          if (!fresh) await new Promise<void>((resolve) => (wake = resolve))
          fresh = false
          const records = await page(where, cursor)
          for (const record of records) {
            if (signal.aborted) return
            yield record
            cursor = record.cursor
          }
          if (records.length === PAGE) fresh = true
        }
      } finally {
        readers.delete(notify)
        signal.removeEventListener("abort", notify)
      }
    },

    async consume(source, engine, signal) {
      const end = signal === undefined ? closing.signal : AbortSignal.any([closing.signal, signal])
      const own = journal.of(source)
      while (!end.aborted) {
        try {
          const after = await own.continueAfter(engine)
          const open = (leaving: AbortSignal) => engine.events({ after, follow: true, signal: leaving })
          for await (const batch of inBatches({ open, signal: end, maximumWeight: BATCH })) {
            await own.append(batch)
            for (const notify of readers) notify()
          }
          // The engine was closed.
          return
        } catch (error) {
          // A full disk, say: what could not be written is still in the engine's journal.
          if (!end.aborted) onError(error)
          await pause(retryMs, end)
        }
      }
    },

    async note(event, host) {
      await journal.note(event, host)
      for (const notify of readers) notify()
    },

    forget: (host) => journal.forget(sourceOfHost(host)),

    close() {
      closing.abort()
      for (const notify of readers) notify()
    },
  }
}

function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", end)
      resolve()
    }
    const timer = setTimeout(end, delayMs)
    signal.addEventListener("abort", end)
  })
}
