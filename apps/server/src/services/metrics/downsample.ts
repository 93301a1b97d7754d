import type { MetricPoint } from "../../contract/metrics.js"

/** A stretch of time as any source gives it. */
export interface Stretch {
  at: number
  samples: number
  mean: ArrayLike<number>
  max: ArrayLike<number>
}

/** The step, a multiple of `baseMs`, with which `from`…`to` comes to at most `maximumPoints` points. */
export function chooseStep(from: number, to: number, maximumPoints: number, baseMs: number): number {
  // Steps begin at whole multiples, so that a point keeps its place while the window moves: one more may be touched.
  const room = Math.max(1, maximumPoints - 1)
  return Math.max(1, Math.ceil((to - from) / room / baseMs)) * baseMs
}

/**
 * Points of `stepMs`: means weighted by samples, and the highest of the maxima. A step without any sample has no point; a
 * metric without one is `null`. Stretches come in order of time.
 */
export function downsample(stretches: Iterable<Stretch>, columns: readonly number[], stepMs: number): MetricPoint[] {
  const points: MetricPoint[] = []
  let bucket: { at: number; sums: number[]; weights: number[]; max: number[] } | undefined
  const close = () => {
    if (bucket === undefined) return
    const { at, sums, weights, max } = bucket
    points.push({
      at,
      values: sums.map((sum, index) => ((weights[index] ?? 0) > 0 ? sum / (weights[index] ?? 1) : null)),
      max: max.map((value) => (value === Number.NEGATIVE_INFINITY ? null : value)),
    })
  }
  for (const { at, samples, mean, max } of stretches) {
    const start = Math.floor(at / stepMs) * stepMs
    if (bucket === undefined || bucket.at !== start) {
      close()
      bucket = { at: start, sums: columns.map(() => 0), weights: columns.map(() => 0), max: columns.map(() => Number.NEGATIVE_INFINITY) }
    }
    for (const [index, column] of columns.entries()) {
      const value = mean[column] ?? Number.NaN
      if (Number.isNaN(value)) continue
      bucket.sums[index] = (bucket.sums[index] ?? 0) + value * samples
      bucket.weights[index] = (bucket.weights[index] ?? 0) + samples
      bucket.max[index] = Math.max(bucket.max[index] ?? value, max[column] ?? value)
    }
  }
  close()
  return points
}
