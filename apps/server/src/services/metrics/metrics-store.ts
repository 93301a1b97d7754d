import type { ContainerMetric, MetricMark } from "../../contract/metrics.js"
import type { Database } from "../../db/open-database.js"
import { combine, decodeFigures, encodeFigures, type Figures } from "./figures.js"
import { type Course, type CourseRange, readCourses } from "./read-courses.js"
import { metricsOf, type Subject } from "./subjects.js"

export type Resolution = "minute" | "quarter"

export const MINUTE_MS = 60_000
export const QUARTER_MS = 900_000

/** The history of figures in the database. All writes of one call are one transaction. */
export interface MetricsStore {
  /** Adds figures; a stretch that is there already (the server was restarted within it) is combined with them. */
  write(resolution: Resolution, entries: readonly { subject: Subject; figures: Figures }[]): Promise<void>
  /** Figures with `from` ≤ at < `to`, oldest first. */
  read(resolution: Resolution, subject: Subject, from: number, to: number): Figures[]
  /** A few metrics of many subjects in so many quarter-hours: what `read` would give, without what nobody asked for. One course a metric. */
  readCourses(subjects: readonly Subject[], metrics: readonly ContainerMetric[], range: Omit<CourseRange, "stepMs">): Course[]
  /** Beginning of the oldest stretch there is of the subject. */
  oldest(resolution: Resolution, subject: Subject): number | undefined
  /** Beginning of the newest stretch there is of any subject. */
  newest(resolution: Resolution): number | undefined
  /** Subjects that have minutes in this time. */
  subjectsWithMinutes(from: number, to: number): Subject[]
  mark(mark: MetricMark): Promise<void>
  marks(from: number, to: number): MetricMark[]
  /** Removes what is older, and subjects of which nothing is left. */
  prune(before: { minute: number; quarter: number }): Promise<void>
}

const PRUNE_BATCH = 5000

interface Row {
  at: number
  samples: number
  figures: Buffer
}

export function createMetricsStore(database: Database): MetricsStore {
  const { connection } = database
  const findSubject = connection.prepare<[string, string], { id: number }>("SELECT id FROM metric_subject WHERE scope = ? AND key = ?")
  const addSubject = connection.prepare("INSERT INTO metric_subject (scope, key) VALUES (?, ?)")
  const statements = { minute: statementsOf("metric_minute"), quarter: statementsOf("metric_quarter") }

  function statementsOf(table: "metric_minute" | "metric_quarter") {
    return {
      one: connection.prepare<[number, number], Row>(`SELECT at, samples, figures FROM ${table} WHERE subjectId = ? AND at = ?`),
      put: connection.prepare(`INSERT OR REPLACE INTO ${table} (subjectId, at, samples, figures) VALUES (?, ?, ?, ?)`),
      range: connection.prepare<[number, number, number], Row>(
        `SELECT at, samples, figures FROM ${table} WHERE subjectId = ? AND at >= ? AND at < ? ORDER BY at`,
      ),
      oldest: connection.prepare<[number], { at: number | null }>(`SELECT min(at) AS at FROM ${table} WHERE subjectId = ?`),
      newest: connection.prepare<[], { at: number | null }>(`SELECT max(at) AS at FROM ${table}`),
      deleteOld: connection.prepare(`DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE at < ? LIMIT ${PRUNE_BATCH})`),
    }
  }
  const withMinutes = connection.prepare<[number, number], Subject>(
    "SELECT scope, key FROM metric_subject WHERE id IN (SELECT DISTINCT subjectId FROM metric_minute WHERE at >= ? AND at < ?)",
  )
  const addMark = connection.prepare("INSERT INTO metric_mark (at, kind, deltaMs) VALUES (?, ?, ?)")
  const findMarks = connection.prepare<[number, number], MetricMark>(
    "SELECT at, kind, deltaMs FROM metric_mark WHERE at >= ? AND at < ? ORDER BY at LIMIT 100",
  )
  const deleteMarks = connection.prepare("DELETE FROM metric_mark WHERE at < ?")
  const deleteSubjects = connection.prepare(
    `DELETE FROM metric_subject WHERE NOT EXISTS (SELECT 1 FROM metric_minute WHERE subjectId = metric_subject.id)
       AND NOT EXISTS (SELECT 1 FROM metric_quarter WHERE subjectId = metric_subject.id)`,
  )

  return {
    write(resolution, entries) {
      const { one, put } = statements[resolution]
      return database.write(() => {
        for (const { subject, figures } of entries) {
          const id = findSubject.get(subject.scope, subject.key)?.id ?? Number(addSubject.run(subject.scope, subject.key).lastInsertRowid)
          const there = one.get(id, figures.at)
          const width = figures.mean.length
          const merged = there === undefined ? figures : (combine(figures.at, [decodeFigures(there, width), figures], width) ?? figures)
          put.run(id, merged.at, merged.samples, encodeFigures(merged))
        }
      })
    },

    read(resolution, subject, from, to) {
      const id = findSubject.get(subject.scope, subject.key)?.id
      if (id === undefined) return []
      const width = metricsOf(subject.scope).length
      return statements[resolution].range.all(id, from, to).map((row) => decodeFigures(row, width))
    },

    readCourses(subjects, metrics, range) {
      const ids = subjects.map(({ scope, key }) => findSubject.get(scope, key)?.id)
      const places = metrics.map((metric) => metricsOf("container").indexOf(metric))
      return readCourses(connection, { ids, places, range: { ...range, stepMs: QUARTER_MS } })
    },

    oldest(resolution, subject) {
      const id = findSubject.get(subject.scope, subject.key)?.id
      return id === undefined ? undefined : (statements[resolution].oldest.get(id)?.at ?? undefined)
    },

    newest: (resolution) => statements[resolution].newest.get()?.at ?? undefined,

    subjectsWithMinutes: (from, to) => withMinutes.all(from, to),

    async mark({ at, kind, deltaMs }) {
      await database.write(() => addMark.run(at, kind, deltaMs))
    },

    marks: (from, to) => findMarks.all(from, to),

    async prune(before) {
      for (const resolution of ["minute", "quarter"] as const) {
        const { deleteOld } = statements[resolution]
        for (let batch = PRUNE_BATCH; batch === PRUNE_BATCH; ) batch = await database.write(() => deleteOld.run(before[resolution]).changes)
      }
      await database.write(() => {
        deleteMarks.run(before.quarter)
        deleteSubjects.run()
      })
    },
  }
}
