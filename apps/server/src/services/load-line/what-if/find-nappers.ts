import { STEP_MS } from "./sale-courses.js"

export interface NapRule {
  /** No more CPU than this, in cores, counts as idle. */
  idleCores: number
  /** For so long. */
  idleMs: number
}

/**
 * Of each row, 1 when it was idle by the rule at some time. `highestCores[row][step]`: the highest CPU seen in the step. Time in which it was not seen
 * is not idle time, and a rule of less than a step asks for a whole step.
 */
export function findNappers(highestCores: Float32Array, steps: number, { idleCores, idleMs }: NapRule): Uint8Array {
  const needed = Math.max(1, Math.ceil(idleMs / STEP_MS))
  const nappers = new Uint8Array(steps === 0 ? 0 : highestCores.length / steps)
  for (let row = 0; row < nappers.length; row++) {
    let idle = 0
    for (let step = 0; step < steps; step++) {
      // Of what was not seen no comparison is true.
      idle = (highestCores[row * steps + step] as number) <= idleCores ? idle + 1 : 0
      if (idle < needed) continue
      nappers[row] = 1
      break
    }
  }
  return nappers
}
