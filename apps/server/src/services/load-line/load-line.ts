/** Resources that are sold beyond what is there. Defaults below are per resource. */
export type LoadLineResource = "cpu" | "memory" | "disk"

/** Share of allocatable that the predicted peak may fill: CPU that is short makes things slow, memory kills, a full disk corrupts. */
export const DEFAULT_THETA: Readonly<Record<LoadLineResource, number>> = { cpu: 0.9, memory: 0.85, disk: 0.7 }

/** How many times allocatable may be sold while a host was watched for less than seven days. */
export const FALLBACK_RATIO: Readonly<Record<LoadLineResource, number>> = { cpu: 3, memory: 1.5, disk: 1.5 }

/** Days of history from which on the prediction alone decides. */
export const FALLBACK_DAYS = 7

export interface LoadLineInput {
  /** Capacity less reserve. All amounts have the resource's own unit: cores, bytes. */
  allocatable: number
  theta: number
  /** Sum of the limits of those present. */
  sold: number
  /** Predicted peak of those present. */
  predictedPeak: number
  /** How much of the predicted peak is full limits of those seen for less than a day (the part `floor`). */
  predictedFloor: number
  wakeDebt: number
  /** How long this host has been watched. */
  historyDays: number
  fallbackRatio: number
}

export interface LoadLine {
  /** How much may be sold in all. Below `sold` when too much was sold already; never negative. */
  loadLine: number
  /** Load line − sold: what still fits, a newcomer counting with its full limit. Negative when too much was sold. */
  headroom: number
  /** What decided: the prediction, or the fallback ratio, which before seven days of history multiplies whatever is left. */
  decidedBy: "prediction" | "fallback"
}

/**
 * How much may be sold so that `θ·allocatable − predicted peak − wake debt` does not fall below nothing. Before seven days
 * of history the fallback ratio takes the place of the full limits of newcomers: of so many times what is left only one part is taken to be used. What was
 * seen to be used counts in full even then.
 */
export function computeLoadLine(input: LoadLineInput): LoadLine {
  const { sold, wakeDebt, predictedPeak } = input
  const ceiling = input.theta * input.allocatable - wakeDebt
  if (input.historyDays >= FALLBACK_DAYS) return line(sold + ceiling - predictedPeak, sold, "prediction")
  const byRatio = input.fallbackRatio * input.allocatable - wakeDebt
  const left = ceiling - (predictedPeak - input.predictedFloor)
  if (left <= 0) return line(Math.min(byRatio, sold + left), sold, byRatio <= sold + left ? "fallback" : "prediction")
  return line(Math.min(byRatio, sold + input.fallbackRatio * left), sold, "fallback")
}

/** What sleepers would take if they woke: `max(1.2 · largest, 0.3 · Σ)` of what each had before it slept. */
export function computeWakeDebt(sleeping: readonly number[]): number {
  const sum = sleeping.reduce((total, one) => total + one, 0)
  const largest = sleeping.reduce((most, one) => Math.max(most, one), 0)
  return Math.max(1.2 * largest, 0.3 * sum)
}

function line(loadLine: number, sold: number, decidedBy: LoadLine["decidedBy"]): LoadLine {
  return { loadLine: Math.max(0, loadLine), headroom: loadLine - sold, decidedBy }
}
