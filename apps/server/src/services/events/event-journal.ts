import type { ContainerEngine, EngineEvent } from "@plimsoll/runtime"
import type { AuditDetails, EventRecord } from "../../contract/events.js"
import { localHost } from "../../contract/hosts.js"
import type { Database } from "../../db/open-database.js"
import type { Sql } from "../../db/sql.js"

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
  position(): Promise<number | undefined>
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

const COLUMNS = [
  "journal",
  "engineCursor",
  "at",
  "kind",
  "action",
  "objectId",
  "name",
  "tenant",
  "host",
  "attributes",
  "actor",
  "result",
  "audit",
]
const INSERT = `INSERT INTO event (${COLUMNS.map((name) => `"${name}"`).join(", ")}) VALUES (${COLUMNS.map(() => "?").join(", ")})
  ON CONFLICT ("journal", "engineCursor") DO NOTHING`
const WRITE_POSITION = `INSERT INTO journal_position ("source", "journal", "cursor") VALUES (?, ?, ?)
  ON CONFLICT ("source") DO UPDATE SET "journal" = excluded."journal", "cursor" = excluded."cursor"`
const DELETE_OLD = `DELETE FROM event WHERE "cursor" IN (SELECT "cursor" FROM event WHERE "at" < ? ORDER BY "at" LIMIT ${PRUNE_BATCH})`
const DELETE_BELOW = `DELETE FROM event WHERE "cursor" IN
  (SELECT "cursor" FROM event WHERE "cursor" <= ? AND "kind" <> 'audit' ORDER BY "cursor" LIMIT ${PRUNE_BATCH})`

export function createEventJournal(database: Database): EventJournal {
  const sourceJournal = ({ name: source, host }: EventSource): SourceJournal => ({
    position: async () => (await readPosition(database.sql, source))?.cursor,

    async continueAfter(engine) {
      const position = await readPosition(database.sql, source)
      if (position === undefined || position.cursor === 0) return 0
      // A Docker Engine's cursors are times, and it forgets: what comes after is new, and what it still has of before is here.
      if (engine.kind === "docker") return position.cursor
      // Its newest event is always there, so that reading it again must bring it.
      for await (const _ of engine.events({ after: position.cursor - 1, follow: false })) return position.cursor
      await database.write(async (sql) => sql.run(WRITE_POSITION, [source, await unusedJournal(sql), 0]))
      return 0
    },

    append(events) {
      return database.write(async (sql) => {
        const { journal, cursor: read } = (await readPosition(sql, source)) ?? { journal: await unusedJournal(sql), cursor: 0 }
        const added = await insertAll(sql, { journal, host, events })
        const last = events.at(-1)
        if (last !== undefined) await sql.run(WRITE_POSITION, [source, journal, Math.max(read, last.cursor)])
        return added
      })
    },
  })

  return {
    of: sourceJournal,

    async note(event, host) {
      await database.write(async (sql) => {
        const { journal, cursor: read } = (await readPosition(sql, CONSOLE)) ?? { journal: await unusedJournal(sql), cursor: 0 }
        const cursor = read + 1
        await insertAll(sql, { journal, host, events: [{ ...event, cursor }] })
        await sql.run(WRITE_POSITION, [CONSOLE, journal, cursor])
      })
    },

    async forget({ name }) {
      await database.write((sql) => sql.run('DELETE FROM journal_position WHERE "source" = ?', [name]))
    },

    async prune({ before, keepRows }) {
      const removed = await deleteAll(database, DELETE_OLD, before)
      const [last] = await database.sql.all<{ cursor: number }>(
        `SELECT "cursor" FROM event WHERE "kind" <> 'audit' ORDER BY "cursor" DESC LIMIT 1 OFFSET ?`,
        [keepRows],
      )
      return last === undefined ? removed : removed + (await deleteAll(database, DELETE_BELOW, last.cursor))
    },
  }
}

async function readPosition(sql: Sql, source: string): Promise<{ journal: number; cursor: number } | undefined> {
  const [position] = await sql.all<{ journal: number; cursor: number }>(
    'SELECT "journal", "cursor" FROM journal_position WHERE "source" = ?',
    [source],
  )
  return position
}

/** Cursors of two journals may be the same: a number is given to one source only. Inside a transaction. */
async function unusedJournal(sql: Sql): Promise<number> {
  const [highest] = await sql.all<{ journal: number | null }>(
    `SELECT max("journal") AS "journal"
       FROM (SELECT max("journal") AS "journal" FROM journal_position UNION ALL SELECT max("journal") AS "journal" FROM event) AS given`,
  )
  return (highest?.journal ?? -1) + 1
}

async function insertAll(
  sql: Sql,
  { journal, host, events }: { journal: number; host: string; events: readonly (OwnEvent & { cursor: number })[] },
): Promise<number> {
  let added = 0
  for (const { cursor, at, kind, action, id, name, tenant, attributes, audit } of events) {
    const row = [journal, cursor, at, kind, action, id, name, tenant, host, JSON.stringify(attributes), ...auditColumns(audit)]
    added += (await sql.run(INSERT, row)).changes
  }
  return added
}

/** A batch at a time. */
async function deleteAll(database: Database, statement: string, limit: number): Promise<number> {
  let removed = 0
  for (let batch = PRUNE_BATCH; batch === PRUNE_BATCH; removed += batch)
    batch = (await database.write((sql) => sql.run(statement, [limit]))).changes
  return removed
}

/** Actor, result, and JSON of the rest. */
function auditColumns(audit: AuditDetails | undefined): (string | null)[] {
  if (audit === undefined) return [null, null, null]
  const { name, ...actor } = audit.actor
  return [name, audit.result, JSON.stringify(actor)]
}
