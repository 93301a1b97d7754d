/** How far back the overview looks, the shortest first. */
export const historyLengths = { "15m": 900_000, "1h": 3_600_000, "6h": 21_600_000, "24h": 86_400_000 } as const
export type HistoryLength = keyof typeof historyLengths

const keys = ["15m", "1h", "6h", "24h"] as const satisfies HistoryLength[]

/** The shortest length that shows all there is: a machine that was set up a minute ago has no day to look back on. `since`: of the first figure, epoch milliseconds. */
export function lengthOfHistory(since: number | undefined, now: number): HistoryLength {
  if (since === undefined) return "15m"
  return keys.find((key) => now - since <= historyLengths[key]) ?? "24h"
}
