import { setImmediate as nextTurn } from "node:timers/promises"
import type { MetricFamily } from "./metric-family.js"

/** So many subjects are written before others may run. */
const SLICE = 250

/** What a group's families are read from, with the labels of each. */
export interface Labelled<T> {
  subject: T
  labels: Readonly<Record<string, string>>
}

/**
 * The families of one group in the text format 0.0.4 (https://prometheus.io/docs/instrumenting/exposition_formats/): all series of a name together,
 * after its help and type. What is not known has no series, and a name without series is left out. Made in pieces, while it is read.
 */
export async function* writeExposition<T>(
  families: readonly MetricFamily<T>[],
  subjects: readonly Labelled<T>[],
): AsyncGenerator<string, void, void> {
  const prefixes = subjects.map(({ labels }) => writeLabels(labels))
  for (const family of families) {
    let head = `# HELP ${family.name} ${escapeHelp(family.help)}\n# TYPE ${family.name} ${family.type}\n`
    for (let from = 0; from < subjects.length; from += SLICE) {
      let lines = ""
      for (let index = from; index < Math.min(from + SLICE, subjects.length); index++) {
        const read = family.read((subjects[index] as Labelled<T>).subject)
        for (const { labels, value } of typeof read === "object" && read !== null ? read : [{ labels: {}, value: read }]) {
          if (value === null || value === undefined || Number.isNaN(value)) continue
          const all = [prefixes[index], writeLabels(labels)].filter((part) => part !== "").join(",")
          lines += `${family.name}${all === "" ? "" : `{${all}}`} ${writeNumber(value)}\n`
        }
      }
      if (lines !== "") {
        yield head + lines
        head = ""
      }
      if (subjects.length > SLICE) await nextTurn()
    }
  }
}

function writeLabels(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`)
    .join(",")
}

function escapeHelp(help: string): string {
  return help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")
}

function writeNumber(value: number): string {
  return Number.isFinite(value) ? String(value) : value > 0 ? "+Inf" : "-Inf"
}
