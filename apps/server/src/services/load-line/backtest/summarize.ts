import type { ReplayResult } from "./replay.js"

/** A figure over seeds. */
export interface Spread {
  mean: number
  min: number
  max: number
}

/** Mean, lowest and highest of each figure. Throws without any result. */
export function summarize(results: readonly ReplayResult[]): Record<keyof ReplayResult, Spread> {
  const [first] = results
  if (first === undefined) throw new Error("There is no result to sum up.")
  const spreads = (Object.keys(first) as (keyof ReplayResult)[]).map((name) => {
    const values = results.map((result) => result[name])
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return [name, { mean, min: Math.min(...values), max: Math.max(...values) }] as const
  })
  return Object.fromEntries(spreads) as Record<keyof ReplayResult, Spread>
}
