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
 * Means and maxima of a few metrics of many subjects, put together by the database into one text of hexadecimal digits: several times as fast as to
 * take out each row with all its figures. They are written by time, so they are read by time: one subject after the other would touch each page of the
 * table once a subject. Each entry is the subject's place, the step, then mean and maximum of each metric. `ids`: undefined for a subject without any figure.
 */
export async function readCourses(
  { provider, sql }: Pick<Database, "provider" | "sql">,
  { ids, places, range: { from, steps, stepMs } }: { ids: readonly (number | undefined)[]; places: readonly number[]; range: CourseRange },
): Promise<Course[]> {
  const matrix = () => new Float32Array(ids.length * steps).fill(Number.NaN)
  const courses = places.map(() => ({ mean: matrix(), max: matrix() }))
  const rows = new Map(ids.flatMap((id, row) => (id === undefined ? [] : [[id, row] as const])))
  if (rows.size === 0) return courses
  const { gather, entry, figure, plain } = dialects[provider]
  const columns = [entry, ...places.flatMap((place) => [figure(place, 0), figure(place, 1)])]
  const [found] = await sql.all<{ text: string | null }>(
    `SELECT ${gather(columns.join(" || "))} AS "text" FROM metric_quarter WHERE "at" >= ? AND "at" < ? AND ${plain} IN (${[...rows.keys()].join(", ")})`,
    [from, stepMs, from, from + steps * stepMs],
  )
  const bytes = Buffer.from(found?.text ?? "", "hex")
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

interface Dialect {
  gather(entry: string): string
  /** Subject and step, eight digits each; takes `from` and `stepMs`. */
  entry: string
  /** Figures that an older version wrote may be fewer (they lie in three rows of equal length): NaN for those that are not there. */
  figure(place: number, row: number): string
  /** The subject, looked for by the index of time and not by its own. */
  plain: string
}

const dialects: Record<Database["provider"], Dialect> = {
  sqlite: {
    gather: (entry) => `group_concat(${entry}, '')`,
    entry: `printf('%08x%08x', "subjectId", ("at" - ?) / ?)`,
    figure: (place, row) =>
      `hex(CASE WHEN length("figures") >= ${METRIC_BYTES * (place + 1)}
         THEN substr("figures", ${row} * length("figures") / 3 + ${place * FLOAT_BYTES + 1}, ${FLOAT_BYTES}) ELSE x'0000c07f' END)`,
    plain: '+"subjectId"',
  },
  postgresql: {
    gather: (entry) => `string_agg(${entry}, '')`,
    entry: `lpad(to_hex("subjectId"), 8, '0') || lpad(to_hex(("at" - ?) / ?), 8, '0')`,
    figure: (place, row) =>
      `encode(CASE WHEN length("figures") >= ${METRIC_BYTES * (place + 1)}
         THEN substring("figures" from ${row} * length("figures") / 3 + ${place * FLOAT_BYTES + 1} for ${FLOAT_BYTES}) ELSE decode('0000c07f', 'hex') END, 'hex')`,
    plain: '"subjectId"',
  },
}
