import type { UseHistory } from "./use-history.js"

/** A container as it was sold: `limit` in the unit of the history's use. */
export interface SoldContainer {
  id: string
  limit: number
}

/** One summand of a predicted peak, so that a decision can be explained. The parts of a prediction add up to its peak. */
export interface PredictionPart {
  /**
   * `seen`: what was seen at the worst moment of the last seven days · `young`: what those may add who were seen for less than a
   * week, or were not seen at that moment · `scatter`: room for containers that rise by chance together · `floor`: the
   * full limits of those seen for less than a day · `estimate`: the whole of a policy that has no parts · `bound`: less,
   * because more than was sold cannot be taken.
   */
  name: "seen" | "young" | "scatter" | "floor" | "estimate" | "bound"
  amount: number
  /** How many containers it speaks of. */
  containers: number
}

export interface Prediction {
  /** The highest use expected in the coming 24 hours, in the unit of the limits. Never above the sum of the limits. */
  peak: number
  parts: PredictionPart[]
}

export interface PredictionRequest {
  history: Pick<UseHistory, "ring">
  /** Any set: those present, with or without one that asks to come in. One without samples counts as new. */
  containers: readonly SoldContainer[]
  atMs: number
}

/** Samples in, peak out: nothing else is known to a predictor, neither engine nor database nor clock. */
export type Predict = (request: PredictionRequest) => Prediction

/** The sum of all limits: what no prediction exceeds. */
export function sumLimits(containers: readonly SoldContainer[]): number {
  let sum = 0
  for (const { limit } of containers) sum += limit
  return sum
}

/** A prediction of `parts`, cut at `bound` with a part that says so. */
export function boundedBy(bound: number, parts: PredictionPart[], containers: number): Prediction {
  const sum = parts.reduce((total, { amount }) => total + amount, 0)
  if (sum <= bound) return { peak: sum, parts }
  return { peak: bound, parts: [...parts, { name: "bound", amount: bound - sum, containers }] }
}
