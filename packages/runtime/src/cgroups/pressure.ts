import { join } from "node:path"
import type { Pressure, PressureLine } from "../engine.js"
import type { StatReader } from "./controller.js"
import type { Signs } from "./signs.js"
import { closeAll, StatFile } from "./stat-file.js"

const kinds = ["cpu", "memory", "io"] as const

/** The kernel sums waits and averages up every two seconds (PSI_FREQ of kernel/sched/psi.c): sooner there is nothing new. A little less, for timers that are early. */
export const NEWS_MS = 1900

/**
 * Pressure stall figures of a v2 group (Documentation/accounting/psi.rst). On a hybrid host the v2 hierarchy has them without any controller.
 * Whoever waits is counted in all groups above too, and any wait there is in `some`: while its total stands still, so do all figures below but for
 * averages on their way to nought. Of these only the ten seconds' is followed.
 */
export function openPressure(mount: string, group: string, signs: Signs): StatReader {
  let readAt = Number.NEGATIVE_INFINITY
  let owes = false
  const sources = kinds.map((kind) => {
    const name = `${kind}.pressure`
    const figure = (text: string): number | string => parsePressure(text)?.some.totalMicros ?? text
    return { kind, file: StatFile.open(join(group, name)), ...signs.above({ mount, group, name, figure }) }
  })
  return {
    read: (draft, whole) => {
      owes = !whole && signs.at - readAt < NEWS_MS
      if (owes) return true
      readAt = signs.at
      let pressure = draft.pressure
      for (const { kind, file, lookout } of sources) {
        const falls = (pressure?.[kind]?.some.avg10 ?? 0) > 0
        if (!lookout.isDue(whole || falls)) continue
        const { [kind]: _, ...others } = pressure ?? {}
        const parsed = parsePressure(file?.text() ?? "")
        pressure = parsed === undefined ? others : { ...others, [kind]: parsed }
      }
      if (pressure !== undefined && Object.keys(pressure).length > 0) draft.pressure = pressure
      else delete draft.pressure
      return true
    },
    owes: () => owes,
    close: () => {
      closeAll(sources.map(({ file }) => file))
      for (const { release } of sources) release()
    },
  }
}

/** Parses a `*.pressure` file; undefined when the kernel does not account (empty). */
export function parsePressure(text: string): Pressure | undefined {
  if (!text.startsWith("some ")) return undefined
  const newline = text.indexOf("\n")
  const some = parseLine(text, 0)
  return newline > 0 && text.startsWith("full ", newline + 1) ? { some, full: parseLine(text, newline + 1) } : { some }
}

// The kernel has always written these four in this order. Hundreds of lines a second: digits are read where they stand.
function parseLine(text: string, from: number): PressureLine {
  let at = from
  const next = (): number => {
    at = text.indexOf("=", at) + 1
    let [digits, scale] = [0, 0]
    for (; at < text.length; at++) {
      const digit = text.charCodeAt(at) - ZERO
      if (digit >= 0 && digit <= 9) [digits, scale] = [digits * 10 + digit, scale * 10]
      else if (digit === POINT) scale = 1
      else break
    }
    return scale === 0 ? digits : digits / scale
  }
  return { avg10: next(), avg60: next(), avg300: next(), totalMicros: next() }
}

const ZERO = 48
/** "." counted from "0". */
const POINT = 46 - ZERO
