import { containerMetrics } from "@plimsoll/server/contract"
import BetterSqlite3 from "better-sqlite3"

const QUARTER_MS = 900_000
const WIDTH = containerMetrics.length

/** Writes a history as the console keeps it, up to now and in the order in which it would have: `courses` is `[{ tenant, quarters: [{ metric: { mean, max } }] }]`. */
export function writeQuarters(path, courses, now = Date.now()) {
  const database = new BetterSqlite3(path, { timeout: 15_000 })
  try {
    const subject = database.prepare("INSERT INTO metric_subject (scope, key) VALUES ('tenant', ?)")
    const insert = database.prepare("INSERT INTO metric_quarter (subjectId, at, samples, figures) VALUES (?, ?, 900, ?)")
    const to = Math.floor(now / QUARTER_MS) * QUARTER_MS
    database.transaction(() => {
      const rows = courses.map(({ tenant, quarters }) => ({ id: subject.run(tenant).lastInsertRowid, quarters }))
      const count = Math.max(...rows.map(({ quarters }) => quarters.length))
      for (let quarter = 0; quarter < count; quarter++)
        for (const { id, quarters } of rows) insert.run(id, to - (count - quarter) * QUARTER_MS, encode(quarters[quarter]))
    })()
    // What a console has gathered in weeks is not in the log of its last writes.
    database.pragma("wal_checkpoint(TRUNCATE)")
  } finally {
    database.close()
  }
}

/** Means, maxima and 95th percentiles of all metrics, each a row of little-endian floats; NaN is unknown. */
function encode(figures) {
  const rows = new Float32Array(3 * WIDTH).fill(Number.NaN)
  for (const [metric, { mean, max }] of Object.entries(figures)) {
    const place = containerMetrics.indexOf(metric)
    rows[place] = mean
    rows[WIDTH + place] = max
    rows[2 * WIDTH + place] = max
  }
  return Buffer.from(rows.buffer)
}
