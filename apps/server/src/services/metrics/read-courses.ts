import type { Database } from "../../db/open-database.js"

/** `steps` steps of the stored resolution from `from` on, which is the beginning of one. */
export interface CourseRange {
  from: number
  steps: number
  stepMs: number
}
/** Of one metric, `[subject][step]`, rows one after the other; NaN where nothing is known. */
export interface Course {
  mean: Float32Array
  max: Float32Array
}

const FLOAT_BYTES = 4
/** Of a row of figures for one metric: mean, maximum, 95th percentile. */
const METRIC_BYTES = 3 * FLOAT_BYTES

/**
 * Means and maxima of a few metrics of many subjects, put together by SQLite into one text of hexadecimal digits: several times as fast as to take out
 * each row with all its figures. They are written by time, so they are read by time: one subject after the other would touch each page of the table
 * once a subject. Each entry is the subject's place, the step, then mean and maximum of each metric. `ids`: undefined for a subject without any figure.
 */
export function readCourses(
  connection: Database["connection"],
  { ids, places, range: { from, steps, stepMs } }: { ids: readonly (number | undefined)[]; places: readonly number[]; range: CourseRange },
): Course[] {
  const matrix = () => new Float32Array(ids.length * steps).fill(Number.NaN)
  const courses = places.map(() => ({ mean: matrix(), max: matrix() }))
  const rows = new Map(ids.flatMap((id, row) => (id === undefined ? [] : [[id, row] as const])))
  // Figures that an older version wrote may be fewer; they lie in three rows of equal length. `+`: by the index of time, not of subjects.
  const figure = (place: number, row: number) =>
    `hex(CASE WHEN length(figures) >= ${METRIC_BYTES * (place + 1)}
       THEN substr(figures, ${row} * length(figures) / 3 + ${place * FLOAT_BYTES + 1}, ${FLOAT_BYTES}) ELSE x'0000c07f' END)`
  const columns = places.flatMap((place) => [figure(place, 0), figure(place, 1)])
  const text = connection
    .prepare<[number, number, number, number, string], string | null>(
      `SELECT group_concat(printf('%08x%08x', subjectId, (at - ?) / ?) || ${columns.join(" || ")}, '')
         FROM metric_quarter WHERE at >= ? AND at < ? AND +subjectId IN (SELECT value FROM json_each(?))`,
    )
    .pluck()
    .get(from, stepMs, from, from + steps * stepMs, JSON.stringify([...rows.keys()]))
  const bytes = Buffer.from(text ?? "", "hex")
  for (let offset = 0; offset < bytes.length; ) {
    const place = (rows.get(bytes.readUInt32BE(offset)) ?? 0) * steps + bytes.readUInt32BE(offset + FLOAT_BYTES)
    offset += 2 * FLOAT_BYTES
    for (const { mean, max } of courses) {
      mean[place] = bytes.readFloatLE(offset)
      max[place] = bytes.readFloatLE(offset + FLOAT_BYTES)
      offset += 2 * FLOAT_BYTES
    }
  }
  return courses
}
