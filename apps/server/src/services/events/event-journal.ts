import type { ContainerEngine, EngineEvent } from "@plimsoll/runtime"
import type { AuditDetails, EventRecord } from "../../contract/events.js"
import { localHost } from "../../contract/hosts.js"
import type { Database } from "../../db/open-database.js"

/** Where events come from: one host's engine, or the console itself. Each has a journal of its own. */
export interface EventSource {
  name: string
  /** The host that they happened on. */
  host: string
}

export const localSource: EventSource = { name: "engine", host: localHost }
export const sourceOfHost = (host: string): EventSource => ({ name: `host:${host}`, host })
const CONSOLE = "console"

/** What the console itself has to tell; of what somebody did, with who it was. */
export type OwnEvent = Omit<EventRecord, "cursor" | "host" | "audit"> & { audit?: AuditDetails }

/** The events of all sources as rows of the database, each exactly once. */
export interface EventJournal {
  of(source: EventSource): SourceJournal
  /** Writes an event of the console's own. */
  note(event: OwnEvent, host: string): Promise<void>
  /** Forgets how far a source was read; its events stay. */
  forget(source: EventSource): Promise<void>
  /** Removes what is older than `before`, and the oldest engines' events above `keepRows`: audits go by age alone. Returns how many went. */
  prune(limits: { before: number; keepRows: number }): Promise<number>
}

/** One engine's events. */
export interface SourceJournal {
  /** How far the engine's present journal was read; `undefined`: never. */
  position(): number | undefined
  /**
   * The cursor after which to go on reading. An engine whose journal ends before what was read already has a new one (its
   * directory was emptied): that is read from its beginning, beside the events of the old.
   */
  continueAfter(engine: Pick<ContainerEngine, "kind" | "events">): Promise<number>
  /** Writes the events and the new position in one transaction. Events that are there already change nothing. Returns how many are new. */
  append(events: readonly EngineEvent[]): Promise<number>
}

/** So many rows go in one transaction: a long one would hold up everything else. */
const PRUNE_BATCH = 5000

export function createEventJournal(database: Database): EventJournal {
  const { connection } = database
  const readPosition = connection.prepare<[string], { journal: number; cursor: number }>(
    "SELECT journal, cursor FROM journal_position WHERE source = ?",
  )
  const insert = connection.prepare(
    `INSERT OR IGNORE INTO event (journal, engineCursor, at, kind, action, objectId, name, tenant, host, attributes, actor, result, audit)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const highestJournal = connection.prepare<[], { journal: number | null }>(
    "SELECT max(journal) AS journal FROM (SELECT max(journal) AS journal FROM journal_position UNION ALL SELECT max(journal) FROM event)",
  )
  const deletePosition = connection.prepare("DELETE FROM journal_position WHERE source = ?")
  const writePosition = connection.prepare(
    "INSERT INTO journal_position (source, journal, cursor) VALUES (?, ?, ?) ON CONFLICT (source) DO UPDATE SET journal = excluded.journal, cursor = excluded.cursor",
  )
  const deleteOld = connection.prepare(
    `DELETE FROM event WHERE cursor IN (SELECT cursor FROM event WHERE at < ? ORDER BY at LIMIT ${PRUNE_BATCH})`,
  )
  const boundary = connection.prepare<[number], { cursor: number }>(
    "SELECT cursor FROM event WHERE kind <> 'audit' ORDER BY cursor DESC LIMIT 1 OFFSET ?",
  )
  const deleteBelow = connection.prepare(
    `DELETE FROM event WHERE cursor IN (SELECT cursor FROM event WHERE cursor <= ? AND kind <> 'audit' ORDER BY cursor LIMIT ${PRUNE_BATCH})`,
  )

  /** Cursors of two journals may be the same: a number is given to one source only. Inside a transaction. */
  const unusedJournal = () => (highestJournal.get()?.journal ?? -1) + 1

  function insertAll(journal: number, host: string, events: readonly (OwnEvent & { cursor: number })[]): number {
    let added = 0
    for (const { cursor, at, kind, action, id, name, tenant, attributes, audit } of events)
      added += insert.run(
        ...[journal, cursor, at, kind, action, id, name, tenant, host, JSON.stringify(attributes)],
        ...auditColumns(audit),
      ).changes
    return added
  }

  const sourceJournal = ({ name: source, host }: EventSource): SourceJournal => ({
    position: () => readPosition.get(source)?.cursor,

    async continueAfter(engine) {
      const position = readPosition.get(source)
      if (position === undefined || position.cursor === 0) return 0
      // A Docker Engine's cursors are times, and it forgets: what comes after is new, and what it still has of before is here.
      if (engine.kind === "docker") return position.cursor
      // Its newest event is always there, so that reading it again must bring it.
      for await (const _ of engine.events({ after: position.cursor - 1, follow: false })) return position.cursor
      await database.write(() => writePosition.run(source, unusedJournal(), 0))
      return 0
    },

    append(events) {
      return database.write(() => {
        const { journal, cursor: read } = readPosition.get(source) ?? { journal: unusedJournal(), cursor: 0 }
        const added = insertAll(journal, host, events)
        const last = events.at(-1)
        if (last !== undefined) writePosition.run(source, journal, Math.max(read, last.cursor))
        return added
      })
    },
  })

  return {
    of: sourceJournal,

    async note(event, host) {
      await database.write(() => {
        const { journal, cursor: read } = readPosition.get(CONSOLE) ?? { journal: unusedJournal(), cursor: 0 }
        const cursor = Number(read) + 1
        insertAll(journal, host, [{ ...event, cursor }])
        writePosition.run(CONSOLE, journal, cursor)
      })
    },

    async forget({ name }) {
      await database.write(() => deletePosition.run(name))
    },

    async prune({ before, keepRows }) {
      let removed = 0
      for (let batch = PRUNE_BATCH; batch === PRUNE_BATCH; removed += batch)
        batch = await database.write(() => deleteOld.run(before).changes)
      const last = boundary.get(keepRows)
      if (last === undefined) return removed
      for (let batch = PRUNE_BATCH; batch === PRUNE_BATCH; removed += batch)
        batch = await database.write(() => deleteBelow.run(last.cursor).changes)
      return removed
    },
  }
}

/** Actor, result, and JSON of the rest. */
function auditColumns(audit: AuditDetails | undefined): (string | null)[] {
  if (audit === undefined) return [null, null, null]
  const { name, ...actor } = audit.actor
  return [name, audit.result, JSON.stringify(actor)]
}
