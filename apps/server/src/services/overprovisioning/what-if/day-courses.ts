import { STEP_MS, STEPS_PER_DAY } from "../../load-line/what-if/sale-courses.js"
import type { MetricsStore } from "../../metrics/metrics-store.js"
import type { Subject } from "../../metrics/subjects.js"

const DAY_MS = STEPS_PER_DAY * STEP_MS
/** A day is written to its end by then. */
const WRITTEN_MS = 3_600_000
/** Quarter-hours kept in all, each of 12 bytes: 30 days of 5,000 sales. */
const KEPT_STEPS = 30 * STEPS_PER_DAY * 5000

/** Of one subject on one day, by quarter-hour; NaN where nothing is known. */
export interface DayCourse {
  cores: Float32Array
  highestCores: Float32Array
  memory: Float32Array
}

export interface CourseDays {
  /** What each subject used from `from` (the beginning of a quarter-hour) on, `steps` quarter-hours that lie on one day of UTC. Read only. */
  read(subjects: readonly Subject[], range: { from: number; steps: number; now: number }): Promise<DayCourse[]>
}

/** Days that are over are read once and kept: what they were does not change. Of the day that is not over, and beyond what is kept, each is read each time. */
export function createCourseDays(store: Pick<MetricsStore, "readCourses">): CourseDays {
  const days = new Map<number, Map<string, DayCourse>>()
  let newest = 0

  async function readNow(subjects: readonly Subject[], from: number, steps: number): Promise<DayCourse[]> {
    const [cpu, used] = await store.readCourses(subjects, ["cpuCores", "memoryUsedBytes"], { from, steps })
    const part = (whole: Float32Array | undefined, row: number) =>
      whole?.slice(row * steps, (row + 1) * steps) ?? new Float32Array(steps).fill(Number.NaN)
    return subjects.map((_, row) => ({ cores: part(cpu?.mean, row), highestCores: part(cpu?.max, row), memory: part(used?.max, row) }))
  }

  /** The whole day of each, read where it is not known yet. */
  async function wholeDay(subjects: readonly Subject[], begin: number): Promise<DayCourse[]> {
    const known = days.get(begin) ?? new Map<string, DayCourse>()
    const missing = subjects.filter((subject) => !known.has(nameOf(subject)))
    const read = missing.length === 0 ? [] : await readNow(missing, begin, STEPS_PER_DAY)
    const fresh = new Map(missing.map((subject, index) => [nameOf(subject), read[index] as DayCourse]))
    // Of those who are gone nobody asks any more.
    const wanted = new Map(
      subjects.map((subject) => [nameOf(subject), (known.get(nameOf(subject)) ?? fresh.get(nameOf(subject))) as DayCourse]),
    )
    if ([...days.values()].reduce((sum, { size }) => sum + size, wanted.size - known.size) * STEPS_PER_DAY <= KEPT_STEPS)
      days.set(begin, wanted)
    return subjects.map((subject) => wanted.get(nameOf(subject)) as DayCourse)
  }

  return {
    async read(subjects, { from, steps, now }) {
      // A clock that was set back writes days again.
      if (now < newest) days.clear()
      newest = now
      const begin = Math.floor(from / DAY_MS) * DAY_MS
      for (const day of days.keys()) if (day < now - 32 * DAY_MS) days.delete(day)
      if (begin + DAY_MS + WRITTEN_MS > now) return readNow(subjects, from, steps)
      const first = (from - begin) / STEP_MS
      const whole = await wholeDay(subjects, begin)
      if (steps === STEPS_PER_DAY) return whole
      return whole.map(({ cores, highestCores, memory }) => ({
        cores: cores.subarray(first, first + steps),
        highestCores: highestCores.subarray(first, first + steps),
        memory: memory.subarray(first, first + steps),
      }))
    },
  }
}

const nameOf = ({ scope, key }: Subject) => `${scope}:${key}`
