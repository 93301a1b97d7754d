/** Mean, maximum and 95th percentile of each metric over a stretch of time; NaN is unknown. */
export interface Figures {
  at: number
  samples: number
  mean: Float32Array
  max: Float32Array
  p95: Float32Array
}

/** From single samples. The percentile is the nearest rank. */
export function summarise(at: number, samples: Iterable<{ values: Float32Array }>, width: number): Figures | undefined {
  const columns: number[][] = Array.from({ length: width }, () => [])
  let count = 0
  for (const { values } of samples) {
    count++
    for (let metric = 0; metric < width; metric++) {
      const value = values[metric] ?? Number.NaN
      if (!Number.isNaN(value)) columns[metric]?.push(value)
    }
  }
  if (count === 0) return undefined
  const figures = emptyFigures(at, width)
  figures.samples = count
  for (const [metric, column] of columns.entries()) {
    if (column.length === 0) continue
    column.sort((a, b) => a - b)
    figures.mean[metric] = column.reduce((sum, value) => sum + value, 0) / column.length
    figures.max[metric] = column.at(-1) ?? Number.NaN
    figures.p95[metric] = column[Math.ceil(column.length * 0.95) - 1] ?? Number.NaN
  }
  return figures
}

/**
 * From the figures of shorter stretches: means weighted by their samples, and the 95th percentile of the parts' own,
 * which is the true one or above it.
 */
export function combine(at: number, parts: readonly Figures[], width: number): Figures | undefined {
  if (parts.length === 0) return undefined
  const figures = emptyFigures(at, width)
  for (const part of parts) figures.samples += part.samples
  for (let metric = 0; metric < width; metric++) {
    let sum = 0
    let weight = 0
    let max = Number.NaN
    const percentiles: { value: number; samples: number }[] = []
    for (const part of parts) {
      const mean = part.mean[metric] ?? Number.NaN
      if (Number.isNaN(mean)) continue
      sum += mean * part.samples
      weight += part.samples
      const partMax = part.max[metric] ?? Number.NaN
      if (!(partMax <= max)) max = partMax
      percentiles.push({ value: part.p95[metric] ?? Number.NaN, samples: part.samples })
    }
    if (weight === 0) continue
    figures.mean[metric] = sum / weight
    figures.max[metric] = max
    figures.p95[metric] = weightedPercentile(percentiles, weight * 0.95)
  }
  return figures
}

function weightedPercentile(entries: { value: number; samples: number }[], rank: number): number {
  entries.sort((a, b) => a.value - b.value)
  let passed = 0
  for (const entry of entries) {
    passed += entry.samples
    if (passed >= rank) return entry.value
  }
  return entries.at(-1)?.value ?? Number.NaN
}

/** As it is in the database: three rows of little-endian 32-bit floats. */
export function encodeFigures(figures: Figures): Buffer {
  const width = figures.mean.length
  const buffer = Buffer.allocUnsafe(width * 12)
  for (const [row, values] of [figures.mean, figures.max, figures.p95].entries()) {
    for (let metric = 0; metric < width; metric++) buffer.writeFloatLE(values[metric] ?? Number.NaN, (row * width + metric) * 4)
  }
  return buffer
}

/** Rows that an older version wrote have fewer metrics: the newer ones are unknown. */
export function decodeFigures(row: { at: number; samples: number; figures: Uint8Array }, width: number): Figures {
  const view = new DataView(row.figures.buffer, row.figures.byteOffset, row.figures.byteLength)
  const stored = Math.floor(row.figures.byteLength / 12)
  const figures = emptyFigures(row.at, width)
  figures.samples = row.samples
  for (let metric = 0; metric < Math.min(stored, width); metric++) {
    figures.mean[metric] = view.getFloat32(metric * 4, true)
    figures.max[metric] = view.getFloat32((stored + metric) * 4, true)
    figures.p95[metric] = view.getFloat32((2 * stored + metric) * 4, true)
  }
  return figures
}

function emptyFigures(at: number, width: number): Figures {
  const unknown = () => new Float32Array(width).fill(Number.NaN)
  return { at, samples: 0, mean: unknown(), max: unknown(), p95: unknown() }
}
