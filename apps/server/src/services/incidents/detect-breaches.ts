import { type LadderSettings, ladderRungs } from "../../contract/overprovisioning.js"
import type { IncidentReason } from "../../contract/reasons.js"
import { finite, usedShareOf } from "../ladder/decide-rung.js"
import type { HostReading } from "../ladder/host-reading.js"

/** Share of the last 10 s in which some waited for CPU, percent, above which for so long it is a breach. */
export const CPU_SOME_AVG10 = 60
export const CPU_MS = 30_000

/** What was seen before, so that a breach is one when it begins and not in each of its seconds. */
export interface BreachWatch {
  /** How many of the rungs' thresholds use is above. */
  passed: number
  isPressed: boolean
  /** Monotonic; since when CPU is short. */
  cpuSince: number | null
  isCpuTold: boolean
}

export const nothingSeen: BreachWatch = { passed: 0, isPressed: false, cpuSince: null, isCpuTold: false }

export interface Breach {
  resource: "memory" | "cpu"
  kind: "use" | "pressure" | "oom"
  why: IncidentReason
}

/** Which breaches begin in this second: use passes a threshold upward, memory pressure its own, CPU pressure its for a while. Pure. */
export function detectBreaches(
  watch: BreachWatch,
  { reading, settings, at }: { reading: HostReading; settings: LadderSettings; at: number },
): { watch: BreachWatch; breaches: Breach[] } {
  const breaches: Breach[] = []
  const share = usedShareOf(reading)
  const thresholds = ladderRungs.map((rung) => settings.rungs[rung].usedShare)
  const above = (margin: number) => thresholds.filter((threshold) => share >= threshold - margin).length
  // A threshold counts as passed until use is below it by the hysteresis: use that hovers around it is one breach.
  const passed = Math.max(above(0), Math.min(watch.passed, above(settings.hysteresis)))
  if (passed > watch.passed)
    breaches.push({
      resource: "memory",
      kind: "use",
      why: { code: "use-passed", threshold: thresholds[passed - 1] ?? 0, share: finite(share) },
    })

  const fullAvg10 = reading.pressure?.fullAvg10 ?? 0
  const isPressed = fullAvg10 > settings.pressureFullAvg10
  if (isPressed && !watch.isPressed) breaches.push({ resource: "memory", kind: "pressure", why: { code: "full-pressure", fullAvg10 } })

  const isCpuShort = (reading.cpuSomeAvg10 ?? 0) > CPU_SOME_AVG10
  const cpuSince = isCpuShort ? (watch.cpuSince ?? at) : null
  const isCpuTold = cpuSince !== null && at - cpuSince >= CPU_MS
  if (isCpuTold && !watch.isCpuTold)
    breaches.push({
      resource: "cpu",
      kind: "pressure",
      why: { code: "cpu-pressure", seconds: CPU_MS / 1000, someAvg10: CPU_SOME_AVG10 },
    })
  return { watch: { passed, isPressed, cpuSince, isCpuTold }, breaches }
}
