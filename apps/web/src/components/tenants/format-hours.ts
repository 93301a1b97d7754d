import type { Format } from "@/lib/format"

/** Least that is written as a figure of its own. */
const LEAST = 0.01

/** Gibibyte-hours or core-hours as a bare number. What is less than a hundredth is said to be so, not to be nothing. */
export function formatHours(value: number, format: Format): string {
  return value > 0 && value < LEAST / 2 ? `<\u00a0${format.number(LEAST)}` : format.number(value)
}
