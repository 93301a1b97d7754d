import { seededRandom } from "../seeded-random.js"
import { SLOTS_PER_DAY } from "../slots.js"
import type { TraceHeader, TraceMachine } from "./trace.js"

export interface GeneratedTraceOptions {
  seed: number
  machines: number
  days: number
  /** By what factor a machine's use grows or falls in 30 days, at most. */
  drift?: number
  /** Share of busy times that all machines have at the same hours: 0 none, 1 all. */
  together?: number
}

/** Header and matrices in the format that `parseTraceHeader` and `traceOf` read. */
export interface GeneratedTrace {
  header: TraceHeader
  matrices: Uint8Array
}

/** A machine is busy for a quarter of an hour at the same time each day, and at any time for as long as this on average. */
const DAILY_SLOTS = 3
const CHANCE_SLOTS = 5
const CHANCE_BURST_SLOTS = 4
/** Share of time in which a machine is busy; well above 1 %, so that the busy level is the 99th percentile. */
const BUSY_SHARE = (DAILY_SLOTS + CHANCE_SLOTS) / SLOTS_PER_DAY
/** A machine that runs at all uses this much. */
const LEAST_MEAN = 0.001

/** Mean use ÷ limit and 99th percentile ÷ mean, each log-normal with these percentiles of machines. */
const USE = { cpu: { p50: 0.015, p90: 0.31 }, memory: { p50: 0.05, p90: 0.25 } }
const BURST = { p50: 2.6, p90: 12.6 }
const P90_SIGMA = 1.2816

/**
 * A trace that nobody measured, with the statistics of hosting machines: mean use ÷ limit at the median 1.5 % (CPU) and
 * 5 % (memory), at the 90th percentile 31 % of CPU; 99th percentile ÷ mean 2.6 and 12.6; an autocorrelation over a day of
 * about 0.3; a drift over the month of up to a factor of two. The same options give the same bytes.
 */
export function generateTrace({ seed, machines, days, drift = 2, together = 0 }: GeneratedTraceOptions): GeneratedTrace {
  const random = seededRandom(seed)
  const slots = days * SLOTS_PER_DAY
  const matrix = new Uint16Array(2 * machines * slots)
  const common = busyTimes(slots, random)
  const vms: TraceMachine[] = []
  for (let index = 0; index < machines; index++) {
    vms.push(machineOf(index + 1, random))
    for (const [resource, use] of [USE.cpu, USE.memory].entries()) {
      const own = busyTimes(slots, random)
      const busy = own.map((value, slot) => (random() < together ? (common[slot] as number) : value))
      const course = courseOf({ random, busy, mean: logNormal(use, random), drift })
      for (const [slot, share] of course.entries()) matrix[(resource * machines + index) * slots + slot] = Math.round(share * 10_000)
    }
  }
  const header = { source: `generated, seed ${seed}`, t0: 1_700_006_400, step: 300, slots, vms }
  return { header, matrices: new Uint8Array(matrix.buffer) }
}

function machineOf(id: number, random: () => number): TraceMachine {
  const cores = [1, 1, 1, 2, 2, 4, 4, 8, 16][Math.floor(random() * 9)] as number
  const gigabytes = [1, 2, 2, 4, 4, 8, 8, 16, 32][Math.floor(random() * 9)] as number
  return { id, cores, cpuCapMHz: cores * 2600, memCapKB: gigabytes * 1024 * 1024 }
}

/** Use ÷ limit in each slot: a quiet level with some noise, a busy level, both drifting. */
function courseOf(given: { random: () => number; busy: Uint8Array; mean: number; drift: number }): Float64Array {
  const { random, busy } = given
  const mean = Math.min(0.9, Math.max(LEAST_MEAN, given.mean))
  const ratio = Math.min(logNormal(BURST, random), 1 / mean, 1 / BUSY_SHARE)
  const high = mean * Math.max(1.05, ratio)
  const low = Math.max(0, (mean - BUSY_SHARE * high) / (1 - BUSY_SHARE))
  const slope = (Math.log(given.drift) * (2 * random() - 1)) / (30 * SLOTS_PER_DAY)
  const middle = busy.length / 2
  const course = new Float64Array(busy.length)
  for (let slot = 0; slot < busy.length; slot++) {
    const level = busy[slot] === 1 ? high : low
    course[slot] = Math.min(1, level * (0.9 + 0.2 * random()) * Math.exp(slope * (slot - middle)))
  }
  return course
}

/** 1 where busy. */
function busyTimes(slots: number, random: () => number): Uint8Array {
  const busy = new Uint8Array(slots)
  const hour = Math.floor(random() * (SLOTS_PER_DAY - DAILY_SLOTS))
  for (let slot = 0; slot < slots; slot++) {
    if (slot % SLOTS_PER_DAY === hour) busy.fill(1, slot, slot + DAILY_SLOTS)
    if (random() < CHANCE_SLOTS / CHANCE_BURST_SLOTS / SLOTS_PER_DAY) busy.fill(1, slot, slot + CHANCE_BURST_SLOTS)
  }
  return busy
}

function logNormal({ p50, p90 }: { p50: number; p90: number }, random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  return p50 * Math.exp((Math.log(p90 / p50) / P90_SIGMA) * normal)
}
