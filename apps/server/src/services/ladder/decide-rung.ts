import { type LadderRung, type LadderSettings, ladderRungs } from "../../contract/overprovisioning.js"
import type { Shortage } from "../../contract/reasons.js"
import type { HostReading } from "./host-reading.js"

/** Where the ladder stands. Times are the monotonic clock's. */
export interface Stand {
  /** The highest rung that is taken. */
  rung: LadderRung | null
  why: Shortage | null
  /** When it came to this rung. */
  since: number
  /** Since when nothing has asked for this rung. */
  calmSince: number | null
  /** Since when nearly everybody has been waiting for memory. */
  severeSince: number | null
  /** What the kernel had searched by then, and when that last grew; `null`: it was not told yet. */
  searched: { all: number; direct: number; allAt: number; directAt: number } | null
  /** Use is at or above the rung's own threshold in this second, or the pressure is severe: the rung is not only kept because it was needed before. */
  isNeeded: boolean
}

export const atRest: Stand = {
  rung: null,
  why: null,
  since: Number.NEGATIVE_INFINITY,
  calmSince: null,
  severeSince: null,
  searched: null,
  isNeeded: false,
}

/** A rung is kept for so long after the last thing that asked for it: what was given back must show first. */
export const DWELL_MS = 30_000
/** Averages over 60 s tell late what a rung has done: pressure alone lifts by one rung in this time. */
export const PRESSURE_PACE_MS = 10_000
/** `full avg10` above which for so long the machine is about to stand still, whatever is used. */
export const SEVERE_FULL_AVG10 = 40
export const SEVERE_MS = 20_000
/** Pressure is the machine's while the kernel has searched for memory within the time of the average: of all kinds for that of 60 s, with somebody waiting for that of 10 s. */
export const SEARCHED_MS = 60_000
export const SEARCHED_DIRECTLY_MS = 10_000

/**
 * The stand after one more second: up by one rung at most, down by one at most. Use climbs to the rung whose threshold it has passed. Pressure climbs at a
 * bounded pace and never to `stop`, unless it is severe; then it goes there a rung a second. Down goes a rung that nothing has asked for during `DWELL_MS`, with use below
 * its threshold less the hysteresis. Pressure counts as far as the machine is what is short: a single container that waits at a limit of its own fills `full avg10` on a machine that has plenty. Rungs that are off are as if they were not there. Pure.
 */
export function decideRung(stand: Stand, { reading, settings, at }: { reading: HostReading; settings: LadderSettings; at: number }): Stand {
  const rungs = openRungs(settings)
  const current = highestUpTo(rungs, stand.rung)
  const share = usedShareOf(reading)
  const wanted = rungs.findLastIndex((rung) => share >= settings.rungs[rung].usedShare)
  const searched = lastSearched(stand.searched, reading, at)
  const isShort = searched === null || at - searched.allAt <= SEARCHED_MS
  const isWaitedFor = searched === null || at - searched.directAt <= SEARCHED_DIRECTLY_MS
  const pressed = isShort ? pressureOf(reading, settings) : null
  const severeSince = isWaitedFor && (reading.pressure?.fullAvg10 ?? 0) > SEVERE_FULL_AVG10 ? (stand.severeSince ?? at) : null
  const isSevere = severeSince !== null && at - severeSince >= SEVERE_MS
  const next = rungs[current + 1]

  const isNeededFor = (rung: LadderRung | undefined) => isSevere || (rung !== undefined && share >= settings.rungs[rung].usedShare)
  const climb = (why: Shortage): Stand => ({
    rung: next ?? null,
    why,
    since: at,
    calmSince: null,
    severeSince,
    searched,
    isNeeded: isNeededFor(next),
  })
  if (next !== undefined) {
    if (wanted > current) return climb({ code: "use", share: finite(share), threshold: settings.rungs[next].usedShare })
    if (isSevere) return climb({ code: "severe", seconds: SEVERE_MS / 1000, fullAvg10: SEVERE_FULL_AVG10 })
    if (pressed !== null && next !== "stop" && at - stand.since >= PRESSURE_PACE_MS) return climb(pressed)
  }

  const rung = rungs[current] ?? null
  const since = rung === stand.rung ? stand.since : at
  if (rung === null) return { rung, why: null, since, calmSince: null, severeSince, searched, isNeeded: false }
  const isCalm = share < settings.rungs[rung].usedShare - settings.hysteresis && pressed === null && severeSince === null
  const calmSince = isCalm ? (stand.calmSince ?? at) : null
  if (calmSince !== null && at - calmSince >= DWELL_MS && at - since >= DWELL_MS) {
    const below = rungs[current - 1] ?? null
    return {
      rung: below,
      why: below === null ? null : { code: "use-fell", share: finite(share) },
      since: at,
      calmSince: null,
      severeSince,
      searched,
      isNeeded: false,
    }
  }
  return { rung, why: stand.why, since, calmSince, severeSince, searched, isNeeded: isNeededFor(rung) }
}

/** Lowest first. */
export function openRungs({ mode, rungs }: LadderSettings): LadderRung[] {
  return mode === "off" ? [] : ladderRungs.filter((rung) => rungs[rung].mode !== "off")
}

/** What a rung does now: the switch of the whole ladder goes before its own. */
export function modeOf({ mode, rungs }: LadderSettings, rung: LadderRung): "act" | "advise" | "off" {
  if (mode === "off" || rungs[rung].mode === "off") return "off"
  return mode === "advise" ? "advise" : rungs[rung].mode
}

/** True when the rung, or one above it, is taken. */
export function isTaken(stand: Pick<Stand, "rung">, rung: LadderRung): boolean {
  return stand.rung !== null && ladderRungs.indexOf(rung) <= ladderRungs.indexOf(stand.rung)
}

/** A machine that shrank to nothing is full. */
export function usedShareOf({ usedBytes, allocatableBytes }: HostReading): number {
  return allocatableBytes > 0 ? usedBytes / allocatableBytes : Number.POSITIVE_INFINITY
}

/** The rung itself, or the next lower one that is open; -1: none. */
function highestUpTo(rungs: readonly LadderRung[], rung: LadderRung | null): number {
  return rung === null ? -1 : rungs.findLastIndex((open) => ladderRungs.indexOf(open) <= ladderRungs.indexOf(rung))
}

/** A counter that went back is another's: the machine's, or that of its part. */
function lastSearched(before: Stand["searched"], { searches }: HostReading, at: number): Stand["searched"] {
  if (searches === undefined) return null
  const { all, direct } = searches
  if (before === null) return { all, direct, allAt: Number.NEGATIVE_INFINITY, directAt: Number.NEGATIVE_INFINITY }
  return { all, direct, allAt: all > before.all ? at : before.allAt, directAt: direct > before.direct ? at : before.directAt }
}

function pressureOf({ pressure }: HostReading, settings: LadderSettings): Shortage | null {
  if (pressure === null) return null
  if (pressure.fullAvg10 > settings.pressureFullAvg10)
    return { code: "full-pressure", fullAvg10: pressure.fullAvg10, bound: settings.pressureFullAvg10 }
  if (pressure.someAvg60 > settings.pressureSomeAvg60)
    return { code: "some-pressure", someAvg60: pressure.someAvg60, bound: settings.pressureSomeAvg60 }
  return null
}

/** JSON knows no infinity. */
export function finite(share: number): number | null {
  return Number.isFinite(share) ? share : null
}
