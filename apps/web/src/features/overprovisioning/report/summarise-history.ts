import type { LineHistory } from "@plimsoll/server/contract"

export interface Gap {
  /** Epoch milliseconds. */
  from: number
  to: number
}

export interface HistorySummary {
  /** Of the steps that are known, in the resource's unit; `null`: none is. */
  usedMean: number | null
  /** Highest single sample. */
  usedHighest: number | null
  /** When the first figure is from; `null`: there is none. */
  since: number | null
  /** Whole steps in which nothing is known of use, after the first figure, in order of time. A hole of two steps or more always has one. */
  gaps: Gap[]
}

/** What a period's history comes to. What nobody measured is neither counted as nothing nor filled. */
export function summariseHistory({ points, stepMs }: LineHistory, to: number): HistorySummary {
  const known = points.flatMap(({ at, used, usedMax }) => (used === null ? [] : [{ at, used, highest: usedMax ?? used }]))
  const first = known[0]
  if (first === undefined) return { usedMean: null, usedHighest: null, since: null, gaps: [] }
  let sum = 0
  let highest = 0
  let reached = first.at
  const gaps: Gap[] = []
  const noteGap = (until: number) => {
    if (until - reached >= stepMs) gaps.push({ from: reached, to: until })
  }
  for (const point of known) {
    noteGap(point.at)
    sum += point.used
    highest = Math.max(highest, point.highest)
    reached = point.at + stepMs
  }
  noteGap(to)
  return { usedMean: sum / known.length, usedHighest: highest, since: first.at, gaps }
}
