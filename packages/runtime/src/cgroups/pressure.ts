import { join } from "node:path"
import type { Pressure, PressureLine } from "../engine.js"
import type { CgroupSample } from "./cgroup-driver.js"
import type { StatReader } from "./controller.js"
import { closeAll, StatFile } from "./stat-file.js"

const kinds = ["cpu", "memory", "io"] as const

/** Pressure stall figures of a v2 group (Documentation/accounting/psi.rst). On a hybrid host the v2 hierarchy has them without any controller. */
export function openPressure(group: string): StatReader {
  const files = kinds.map((kind) => StatFile.open(join(group, `${kind}.pressure`)))
  return {
    read: (draft) => {
      const pressure: NonNullable<CgroupSample["pressure"]> = {}
      let known = false
      kinds.forEach((kind, index) => {
        const parsed = parsePressure(files[index]?.text() ?? "")
        if (parsed === undefined) return
        pressure[kind] = parsed
        known = true
      })
      if (known) draft.pressure = pressure
      return true
    },
    close: () => closeAll(files),
  }
}

/** Parses a `*.pressure` file; undefined when the kernel does not account (empty). */
export function parsePressure(text: string): Pressure | undefined {
  if (!text.startsWith("some ")) return undefined
  const newline = text.indexOf("\n")
  const some = parseLine(text, 0)
  return newline > 0 && text.startsWith("full ", newline + 1) ? { some, full: parseLine(text, newline + 1) } : { some }
}

function parseLine(text: string, from: number): PressureLine {
  return {
    avg10: after(text, "avg10=", from),
    avg60: after(text, "avg60=", from),
    avg300: after(text, "avg300=", from),
    totalMicros: after(text, "total=", from),
  }
}

function after(text: string, key: string, from: number): number {
  const start = text.indexOf(key, from) + key.length
  return Number.parseFloat(text.slice(start, start + 20))
}
