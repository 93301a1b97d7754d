import type { Database } from "../../db/open-database.js"

/** `steps` steps of the stored resolution from `from` on, which is the beginning of one. */
export interface CourseRange {
  from: number
  steps: number
  stepMs: number
}
/** One value a step; NaN where nothing is known. */
export interface Course {
  mean: Float32Array
  max: Float32Array
}

const FLOAT_BYTES = 4
/** Of a row of figures for one metric: mean, maximum, 95th percentile. */
const METRIC_BYTES = 3 * FLOAT_BYTES

/**
 * The means and maxima of a few metrics, put together by SQLite into one text of hexadecimal digits: for months of quarter-hours many times as
 * fast as to take out each row with all its figures. Each row is its step, then mean and maximum of each metric.
 */
export function readCourses(
  connection: Database["connection"],
  { id, places, range: { from, steps, stepMs } }: { id: number | undefined; places: readonly number[]; range: CourseRange },
): Course[] {
  const courses = places.map(() => ({ mean: unknown(steps), max: unknown(steps) }))
  if (id === undefined) return courses
  // Figures that an older version wrote may be fewer; they lie in three rows of equal length.
  const figure = (place: number, row: number) =>
    `hex(CASE WHEN length(figures) >= ${METRIC_BYTES * (place + 1)}
       THEN substr(figures, ${row} * length(figures) / 3 + ${place * FLOAT_BYTES + 1}, ${FLOAT_BYTES}) ELSE x'0000c07f' END)`
  const columns = places.flatMap((place) => [figure(place, 0), figure(place, 1)])
  const text = connection
    .prepare<[number, number, number, number, number], string | null>(
      `SELECT group_concat(printf('%08x', (at - ?) / ?) || ${columns.join(" || ")}, '')
         FROM metric_quarter WHERE subjectId = ? AND at >= ? AND at < ?`,
    )
    .pluck()
    .get(from, stepMs, id, from, from + steps * stepMs)
  if (text === null || text === undefined) return courses
  const bytes = Buffer.from(text, "hex")
  for (let offset = 0; offset < bytes.length; ) {
    const step = bytes.readUInt32BE(offset)
    offset += FLOAT_BYTES
    for (const { mean, max } of courses) {
      mean[step] = bytes.readFloatLE(offset)
      max[step] = bytes.readFloatLE(offset + FLOAT_BYTES)
      offset += 2 * FLOAT_BYTES
    }
  }
  return courses
}

function unknown(steps: number): Float32Array {
  return new Float32Array(steps).fill(Number.NaN)
}
