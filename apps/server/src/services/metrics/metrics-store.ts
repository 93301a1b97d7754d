import type { ContainerMetric, MetricMark } from "../../contract/metrics.js"
import type { Database } from "../../db/open-database.js"
import type { Sql } from "../../db/sql.js"
import { combine, decodeFigures, encodeFigures, type Figures } from "./figures.js"
import { type Course, type CourseRange, readCourses } from "./read-courses.js"
import { metricsOf, type Subject } from "./subjects.js"

export type Resolution = "minute" | "quarter"

export const MINUTE_MS = 60_000
export const QUARTER_MS = 900_000

/** The history of figures in the database. All writes of one call are one transaction. */
export interface MetricsStore {
  /** Adds figures, one of each subject and beginning; a stretch that is there already (the server was restarted within it) is combined with them. */
  write(resolution: Resolution, entries: readonly Entry[]): Promise<void>
  /** Figures with `from` ≤ at < `to`, oldest first. */
  read(resolution: Resolution, subject: Subject, from: number, to: number): Promise<Figures[]>
  /** A few metrics of many subjects in so many quarter-hours: what `read` would give, without what nobody asked for. One course a metric. */
  readCourses(subjects: readonly Subject[], metrics: readonly ContainerMetric[], range: Omit<CourseRange, "stepMs">): Promise<Course[]>
  /** Beginning of the oldest stretch there is of the subject. */
  oldest(resolution: Resolution, subject: Subject): Promise<number | undefined>
  /** Beginning of the newest stretch there is of any subject. */
  newest(resolution: Resolution): Promise<number | undefined>
  /** Subjects that have minutes in this time. */
  subjectsWithMinutes(from: number, to: number): Promise<Subject[]>
  mark(mark: MetricMark): Promise<void>
  marks(from: number, to: number): Promise<MetricMark[]>
  /** Removes what is older, and subjects of which nothing is left. */
  prune(before: { minute: number; quarter: number }): Promise<void>
}

const PRUNE_BATCH = 5000
/** So many subjects share a statement: a database at the other end of a network costs a round trip for each. */
const WRITE_BATCH = 200

interface Row {
  at: number
  samples: number
  figures: Buffer
}

interface Entry {
  subject: Subject
  figures: Figures
}

const tables = { minute: "metric_minute", quarter: "metric_quarter" } as const

export function createMetricsStore(database: Pick<Database, "provider" | "sql" | "write">): MetricsStore {
  const { sql, write } = database

  async function idOf({ scope, key }: Subject): Promise<number | undefined> {
    return (await sql.all<{ id: number }>('SELECT "id" FROM metric_subject WHERE "scope" = ? AND "key" = ?', [scope, key]))[0]?.id
  }

  return {
    write(resolution, entries) {
      return write(async (transaction) => {
        for (let first = 0; first < entries.length; first += WRITE_BATCH)
          await writeBatch(transaction, tables[resolution], entries.slice(first, first + WRITE_BATCH))
      })
    },

    async read(resolution, subject, from, to) {
      const id = await idOf(subject)
      if (id === undefined) return []
      const width = metricsOf(subject.scope).length
      const rows = await sql.all<Row>(
        `SELECT "at", "samples", "figures" FROM ${tables[resolution]} WHERE "subjectId" = ? AND "at" >= ? AND "at" < ? ORDER BY "at"`,
        [id, from, to],
      )
      return rows.map((row) => decodeFigures(row, width))
    },

    async readCourses(subjects, metrics, range) {
      const ids = await Promise.all(subjects.map(idOf))
      const places = metrics.map((metric) => metricsOf("container").indexOf(metric))
      return readCourses(database, { ids, places, range: { ...range, stepMs: QUARTER_MS } })
    },

    async oldest(resolution, subject) {
      const id = await idOf(subject)
      if (id === undefined) return undefined
      return (
        (await sql.all<{ at: number | null }>(`SELECT min("at") AS "at" FROM ${tables[resolution]} WHERE "subjectId" = ?`, [id]))[0]?.at ??
        undefined
      )
    },

    newest: async (resolution) =>
      (await sql.all<{ at: number | null }>(`SELECT max("at") AS "at" FROM ${tables[resolution]}`))[0]?.at ?? undefined,

    subjectsWithMinutes: (from, to) =>
      sql.all<Subject>(
        'SELECT "scope", "key" FROM metric_subject WHERE "id" IN (SELECT DISTINCT "subjectId" FROM metric_minute WHERE "at" >= ? AND "at" < ?)',
        [from, to],
      ),

    async mark({ at, kind, deltaMs }) {
      await write((transaction) =>
        transaction.run('INSERT INTO metric_mark ("at", "kind", "deltaMs") VALUES (?, ?, ?)', [at, kind, deltaMs]),
      )
    },

    marks: (from, to) =>
      sql.all<MetricMark>('SELECT "at", "kind", "deltaMs" FROM metric_mark WHERE "at" >= ? AND "at" < ? ORDER BY "at" LIMIT 100', [
        from,
        to,
      ]),

    async prune(before) {
      for (const resolution of ["minute", "quarter"] as const) {
        const table = tables[resolution]
        const statement = `DELETE FROM ${table} WHERE ("subjectId", "at") IN (SELECT "subjectId", "at" FROM ${table} WHERE "at" < ? LIMIT ${PRUNE_BATCH})`
        for (let batch = PRUNE_BATCH; batch === PRUNE_BATCH; )
          batch = (await write((transaction) => transaction.run(statement, [before[resolution]]))).changes
      }
      await write(async (transaction) => {
        await transaction.run('DELETE FROM metric_mark WHERE "at" < ?', [before.quarter])
        await transaction.run(
          `DELETE FROM metric_subject WHERE NOT EXISTS (SELECT 1 FROM metric_minute WHERE "subjectId" = metric_subject."id")
             AND NOT EXISTS (SELECT 1 FROM metric_quarter WHERE "subjectId" = metric_subject."id")`,
        )
      })
    },
  }
}

async function writeBatch(sql: Sql, table: string, entries: readonly Entry[]): Promise<void> {
  const ids = await idsOf(
    sql,
    entries.map(({ subject }) => subject),
  )
  const rows = entries.map(({ subject, figures }) => ({ id: ids.get(keyOf(subject)) ?? 0, figures }))
  const there = new Map<string, Row>()
  const found = await sql.all<Row & { subjectId: number }>(
    `SELECT "subjectId", "at", "samples", "figures" FROM ${table}
       WHERE ("subjectId", "at") IN (VALUES ${tuples(rows.length, "(CAST(? AS INTEGER), CAST(? AS BIGINT))")})`,
    rows.flatMap(({ id, figures }) => [id, figures.at]),
  )
  for (const row of found) there.set(`${row.subjectId} ${row.at}`, row)
  const values = rows.flatMap(({ id, figures }) => {
    const { at, samples, ...both } = merge(figures, there.get(`${id} ${figures.at}`))
    return [id, at, samples, encodeFigures({ at, samples, ...both })]
  })
  await sql.run(
    `INSERT INTO ${table} ("subjectId", "at", "samples", "figures") VALUES ${tuples(rows.length, "(?, ?, ?, ?)")}
       ON CONFLICT ("subjectId", "at") DO UPDATE SET "samples" = excluded."samples", "figures" = excluded."figures"`,
    values,
  )
}

function merge(figures: Figures, there: Row | undefined): Figures {
  if (there === undefined) return figures
  const width = figures.mean.length
  return combine(figures.at, [decodeFigures(there, width), figures], width) ?? figures
}

/** Ids of all subjects, by `keyOf`; the new ones are made. */
async function idsOf(sql: Sql, subjects: readonly Subject[]): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  const byKey = new Map(subjects.map((subject) => [keyOf(subject), subject]))
  const parameters = (some: readonly Subject[]) => some.flatMap(({ scope, key }) => [scope, key])
  const note = (rows: (Subject & { id: number })[]) => {
    for (const row of rows) ids.set(keyOf(row), row.id)
  }
  const all = [...byKey.values()]
  note(
    await sql.all(
      `SELECT "id", "scope", "key" FROM metric_subject WHERE ("scope", "key") IN (VALUES ${tuples(all.length, "(?, ?)")})`,
      parameters(all),
    ),
  )
  const missing = all.filter((subject) => !ids.has(keyOf(subject)))
  if (missing.length > 0)
    note(
      await sql.all(
        `INSERT INTO metric_subject ("scope", "key") VALUES ${tuples(missing.length, "(?, ?)")} RETURNING "id", "scope", "key"`,
        parameters(missing),
      ),
    )
  return ids
}

function keyOf({ scope, key }: Subject): string {
  return `${scope}:${key}`
}

function tuples(count: number, tuple: string): string {
  return Array.from({ length: count }, () => tuple).join(", ")
}
