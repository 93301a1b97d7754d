import { SLOT_MS, SLOTS_PER_HOUR } from "../slots.js"

/** Of the history that is kept for long: a quarter of an hour. */
export const STEP_MS = 900_000
export const STEPS_PER_HOUR = (SLOTS_PER_HOUR * SLOT_MS) / STEP_MS
export const STEPS_PER_DAY = 24 * STEPS_PER_HOUR

/** What each sale used, `[row][step]`, rows one after the other; NaN where it was not seen. Arrays may be shared between threads. */
export interface SaleCourses {
  /** Of the first step, a whole multiple of its length. */
  startMs: number
  steps: number
  rows: number
  /** The highest that was seen within the step: what the predictor is shown. */
  highest: Float32Array
  /** What counts as used in the step. NaN where `highest` is. */
  use: Float32Array
  /** Of each row, the first step that was seen; `steps`: none. */
  firstSteps: Int32Array
  /** 1 for each step in which anything at all was seen: in the others nobody looked. */
  seenSteps: Uint8Array
}

/** Courses of what was read. */
export function saleCourses(read: Omit<SaleCourses, "firstSteps" | "seenSteps">): SaleCourses {
  const { rows, steps, highest } = read
  const firstSteps = new Int32Array(rows).fill(steps)
  const seenSteps = new Uint8Array(steps)
  for (let row = 0; row < rows; row++) {
    for (let step = steps - 1; step >= 0; step--) {
      if (Number.isNaN(highest[row * steps + step])) continue
      firstSteps[row] = step
      seenSteps[step] = 1
    }
  }
  return { ...read, firstSteps, seenSteps }
}

/** The step whose use stands for a row's at `step`: its own, or before it was first seen, that of the same time on its first days. */
export function stepOf({ firstSteps }: SaleCourses, row: number, step: number): number {
  const first = firstSteps[row] as number
  return step >= first ? step : step + Math.ceil((first - step) / STEPS_PER_DAY) * STEPS_PER_DAY
}
