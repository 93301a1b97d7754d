import { setImmediate as nextTurn } from "node:timers/promises"
import type { WhatIfResource } from "../../../contract/overprovisioning.js"
import { type SaleCourses, STEP_MS, STEPS_PER_DAY, STEPS_PER_HOUR, saleCourses } from "../../load-line/what-if/sale-courses.js"
import type { TenantHour } from "../../metering/meter-sums.js"
import type { MetricsStore } from "../../metrics/metrics-store.js"
import type { CourseDays } from "./day-courses.js"
import type { PresentSale } from "./present-sales.js"

const HOUR_MS = STEPS_PER_HOUR * STEP_MS

export interface SaleHistoryRequest {
  sales: readonly PresentSale[]
  /** At most so many whole days back from `now`. */
  days: number
  now: number
  /** Also what was used of disks, which are kept elsewhere. */
  withDisks: boolean
}

export interface SaleHistorySources {
  store: Pick<MetricsStore, "oldest">
  days: CourseDays
  /** What tenants took of the disk, by the hour. */
  diskHours: (range: { from: number; to: number; tenant: string }) => Promise<TenantHour[]>
}

/** In memory that threads share. Rows in the order of the sales. */
export interface SaleHistory {
  courses: Record<WhatIfResource, SaleCourses>
  /** Highest CPU in each step, for the rule of naps. */
  highestCores: Float32Array
}

/**
 * What each sale used, by the quarter-hour, from the first that is known: memory at its highest, CPU at its mean (seconds of many sales that are busy
 * at different moments do not add up), while the predictor is shown the highest of both as in earnest. Of disks there are hours of tenants
 * only, NaN unless they are asked for. Reads one day a turn, so that nothing else waits.
 */
export async function readSaleHistory(
  { sales, days, now, withDisks }: SaleHistoryRequest,
  sources: SaleHistorySources,
): Promise<SaleHistory> {
  const { store, days: courseDays, diskHours } = sources
  const to = Math.floor(now / STEP_MS) * STEP_MS
  const asked = to - days * STEPS_PER_DAY * STEP_MS
  const begins = await Promise.all(sales.map(({ subject }) => store.oldest("quarter", subject)))
  const oldest = begins.reduce<number>((first, begin) => Math.min(first, begin ?? to), to)
  // Hours of the replay are hours of the clock, as those of the metering are.
  const startMs = Math.floor(Math.max(asked, oldest) / HOUR_MS) * HOUR_MS
  const steps = (to - startMs) / STEP_MS
  const matrix = () => new Float32Array(new SharedArrayBuffer(sales.length * steps * Float32Array.BYTES_PER_ELEMENT)).fill(Number.NaN)
  const [memory, cores, highestCores, disk] = [matrix(), matrix(), matrix(), matrix()]
  const subjects = sales.map(({ subject }) => subject)
  for (let first = 0; first < steps; ) {
    const from = startMs + first * STEP_MS
    const length = Math.min(STEPS_PER_DAY - ((from / STEP_MS) % STEPS_PER_DAY), steps - first)
    const found = await courseDays.read(subjects, { from, steps: length, now })
    for (const [row, course] of found.entries()) {
      cores.set(course.cores, row * steps + first)
      highestCores.set(course.highestCores, row * steps + first)
      memory.set(course.memory, row * steps + first)
    }
    first += length
    await nextTurn()
  }
  for (const [row, { scope, key }] of subjects.entries())
    if (withDisks && scope === "tenant")
      disk.set(diskCourse(await diskHours({ from: startMs, to, tenant: key }), { startMs, steps }), row * steps)
  const coursesOf = (highest: Float32Array, use = highest) => saleCourses({ startMs, steps, rows: sales.length, highest, use })
  return { courses: { memory: coursesOf(memory), cpu: coursesOf(highestCores, cores), disk: coursesOf(disk) }, highestCores }
}

/** The mean of each hour in all its steps. */
function diskCourse(hours: readonly TenantHour[], { startMs, steps }: { startMs: number; steps: number }): Float32Array {
  const course = new Float32Array(steps).fill(Number.NaN)
  for (const { at, sums } of hours) {
    if (sums.measuredMs === 0) continue
    const step = (at - startMs) / STEP_MS
    course.fill((sums.diskUsedByteHours * HOUR_MS) / sums.measuredMs, step, Math.min(steps, step + STEPS_PER_HOUR))
  }
  return course
}
