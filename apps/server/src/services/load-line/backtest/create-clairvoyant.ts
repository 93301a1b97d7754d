import type { Predict } from "../predictor.js"
import { SLOT_MS } from "../slots.js"
import type { Trace } from "./trace.js"

/**
 * Knows what comes: the highest use of these containers from now to the end of the trace. It takes whoever fits, in the
 * order in which they ask, and is the bound for all who do not know. Made for one replay; sums are kept between questions.
 */
export function createClairvoyant(trace: Trace): Predict {
  const rows = new Map(trace.machines.map(({ id }, row) => [id, row]))
  const sums = new Float64Array(trace.slots)
  const summed = new Set<string>()
  const add = (id: string, sign: 1 | -1) => {
    const from = (rows.get(id) ?? 0) * trace.slots
    for (let slot = 0; slot < trace.slots; slot++) sums[slot] = (sums[slot] as number) + sign * (trace.use[from + slot] as number)
  }
  return ({ containers, atMs }) => {
    const wanted = new Set(containers.map(({ id }) => id))
    for (const id of summed) {
      if (wanted.has(id)) continue
      add(id, -1)
      summed.delete(id)
    }
    for (const id of wanted) {
      if (summed.has(id)) continue
      add(id, 1)
      summed.add(id)
    }
    let peak = 0
    for (let slot = Math.round((atMs - trace.startMs) / SLOT_MS) + 1; slot < trace.slots; slot++)
      peak = Math.max(peak, sums[slot] as number)
    return { peak, parts: [{ name: "estimate", amount: peak, containers: containers.length }] }
  }
}
