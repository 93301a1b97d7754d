import { percentile } from "../bench/figures.mjs"
import { nappingShare, partVisits } from "./read-naps.mjs"

/** What must hold, by the figure's name. */
export const bounds = {
  soldTimes: { atLeast: 10 },
  oomKills: { atMost: 0 },
  failedRequests: { atMost: 0 },
  awakeRatio: { atMost: 1.3 },
  wakeP50Ms: { atMost: 50 },
  wakeP99Ms: { atMost: 500 },
}

/**
 * The figures of one run. `memory`: the line of memory at its end. `visits.baseline`: without overcommit, all awake; `visits.filling`: while containers came, of which only failures count; `visits.sold`: with everything sold, from
 * `sold.from` to `sold.to` (wall clock). `sleeps`: as `toSleeps` has them.
 */
export function computeFigures({ plan, memory, touchedBytes, visits, sleeps, sold, oomKills, peakBytes }) {
  const { napping, awake } = partVisits(visits.sold, sleeps)
  const all = [...visits.baseline, ...visits.filling, ...visits.sold]
  const baselineP99Ms = percentileOf(visits.baseline, 99)
  const awakeP99Ms = percentileOf(awake, 99)
  const wakes = sleeps.flatMap(({ wake }) => (wake?.cause === "packet" ? [wake.wakeMs] : []))
  return {
    memoryBytes: memory.capacity,
    containers: plan.count,
    soldBytes: memory.sold,
    soldTimes: memory.sold / memory.capacity,
    touchedBytes,
    touchedTimes: touchedBytes / memory.capacity,
    peakBytes,
    nappingShare: nappingShare(sleeps, { ...sold, count: plan.count }),
    naps: sleeps.length,
    wakesByPacket: wakes.length,
    gaveBackBytes: sleeps.reduce((sum, { gaveBackBytes }) => sum + gaveBackBytes, 0),
    requests: all.length,
    failedRequests: all.filter(({ failure }) => failure !== null).length,
    failures: [...new Set(all.flatMap(({ failure }) => failure ?? []))].slice(0, 5),
    oomKills,
    baselineRequests: visits.baseline.length,
    baselineP50Ms: percentileOf(visits.baseline, 50),
    baselineP99Ms,
    awakeRequests: awake.length,
    awakeP50Ms: percentileOf(awake, 50),
    awakeP99Ms,
    awakeRatio: ratio(awakeP99Ms, baselineP99Ms),
    wakeRequests: napping.length,
    wakeP50Ms: percentileOf(napping, 50),
    wakeP99Ms: percentileOf(napping, 99),
    thawP50Ms: wakes.length === 0 ? null : percentile(wakes, 50),
    thawP99Ms: wakes.length === 0 ? null : percentile(wakes, 99),
  }
}

/** The bounds with what was measured and whether it holds. What could not be measured does not hold. */
export function judge(figures) {
  return Object.entries(bounds).map(([name, { atLeast, atMost }]) => {
    const value = figures[name]
    const holds = value !== null && (atLeast === undefined || value >= atLeast) && (atMost === undefined || value <= atMost)
    return { name, value, ...(atLeast !== undefined && { atLeast }), ...(atMost !== undefined && { atMost }), holds }
  })
}

/** `null`: nobody came. */
function percentileOf(visits, percent) {
  const times = visits.map(({ ms }) => ms)
  return times.length === 0 ? null : percentile(times, percent)
}

function ratio(value, other) {
  return value === null || other === null ? null : value / other
}
