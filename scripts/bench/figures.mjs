/** The middle value. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return sorted.length % 2 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2
}

/** The smallest value that `percent` of the values do not exceed. */
export function percentile(values, percent) {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)]
}

/** Milliseconds that each of `runs` runs of `action` took, one after the other. */
export async function timeRuns(runs, action) {
  const times = []
  for (let run = 0; run < runs; run++) {
    const began = performance.now()
    await action(run)
    times.push(performance.now() - began)
  }
  return times
}

/** Sum of Pss of processes, bytes (Documentation/filesystems/proc.rst, smaps_rollup). */
export function pssBytes(pids, readFile) {
  return pids.reduce((sum, pid) => sum + Number(/^Pss:\s+(\d+) kB/m.exec(readFile(`/proc/${pid}/smaps_rollup`))[1]) * 1024, 0)
}
