import { seededRandom } from "../seeded-random.js"
import { type SaleCourses, STEPS_PER_DAY } from "./sale-courses.js"

/** One that asks to come in: it uses `scale` times what the row used. */
export interface ExtraSale {
  row: number
  scale: number
  /** What it bought; 0: nothing was promised. */
  limit: number
  /** When it comes. */
  firstStep: number
}

/**
 * Each extra sale uses what a random present one uses, scaled to what it bought itself, and comes at a random time. Only those that were seen for a
 * day or more and were promised anything can stand for another; none is placed when there is no such sale (`canPlaceExtra`).
 */
export function placeExtra({
  courses,
  sold,
  extra,
  seed,
}: {
  courses: SaleCourses
  sold: readonly number[]
  extra: readonly number[]
  seed: number
}): ExtraSale[] {
  const models = modelRows(courses, sold)
  if (models.length === 0) return []
  const random = seededRandom(seed)
  return extra.map((limit) => {
    const row = models[Math.floor(random() * models.length)] as number
    return { row, scale: limit / (sold[row] as number), limit, firstStep: Math.floor(random() * courses.steps) }
  })
}

/** True when there is a sale whose use can stand for others'. */
export function canPlaceExtra(courses: SaleCourses, sold: readonly number[]): boolean {
  return modelRows(courses, sold).length > 0
}

function modelRows({ firstSteps, steps }: SaleCourses, sold: readonly number[]): number[] {
  return sold.flatMap((limit, row) => (limit > 0 && steps - (firstSteps[row] as number) >= STEPS_PER_DAY ? [row] : []))
}
