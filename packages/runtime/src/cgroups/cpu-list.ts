import { EngineError } from "../errors.js"
import type { ResourceLimitName } from "../spec/limits.js"

/** A cpuset list (`0-1,3`) as sorted distinct numbers. `invalid_argument` when it does not parse (cpuset(7), List format). */
export function parseCpuList(text: string, limit: ResourceLimitName): number[] {
  const numbers = new Set<number>()
  for (const part of text
    .trim()
    .split(",")
    .filter((piece) => piece !== "")) {
    const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(part)
    const first = Number(match?.[1])
    const last = Number(match?.[2] ?? match?.[1])
    if (match === null || last < first) {
      throw new EngineError("invalid_argument", {
        facts: { limit, value: text },
        publicMessage: `${limit} is not a list of numbers and ranges like "0-1,3": ${JSON.stringify(text.slice(0, 80))}.`,
      })
    }
    for (let number = first; number <= last; number++) numbers.add(number)
  }
  return [...numbers].sort((a, b) => a - b)
}

/** The list the kernel reads, each number spelled out. */
export function formatCpuList(numbers: readonly number[]): string {
  return numbers.join(",")
}
