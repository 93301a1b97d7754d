import { SLOTS_PER_DAY } from "../slots.js"
import type { Trace } from "./trace.js"

/**
 * The peak that a predictor should have named: the highest use in the 24 hours after `slot` of those present. Undefined
 * when the trace ends before. (The peak oracle of Bashir et al., EuroSys 2021, section 3.)
 */
export function createOracle(trace: Trace): (slot: number, present: readonly { row: number }[]) => number | undefined {
  const sums = new Float64Array(SLOTS_PER_DAY)
  return (slot, present) => {
    if (slot + SLOTS_PER_DAY >= trace.slots) return undefined
    sums.fill(0)
    for (const { row } of present) {
      const from = row * trace.slots + slot + 1
      for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] as number) + (trace.use[from + index] as number)
    }
    return sums.reduce((most, sum) => Math.max(most, sum), 0)
  }
}
