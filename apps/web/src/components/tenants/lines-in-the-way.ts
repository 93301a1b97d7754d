import type { EngineErrorData } from "@plimsoll/server/contract"

/** More of something is in use than new terms would give. */
export interface Obstacle {
  tenant: string
  /** As in a plan's terms. */
  term: string
  used: number
  wanted: number
}

/** What a refusal says is in the way: obstacles where it can be read as such, else the line as it is. Each once, in order. */
export function linesInTheWay(facts: EngineErrorData["facts"]): (Obstacle | string)[] {
  const lines = new Set(Object.values(facts).flatMap((value) => (Array.isArray(value) ? value.map(String) : [])))
  return [...lines].map((line) => toObstacle(line) ?? line)
}

/** `acme: memoryMaxBytes 600 > 512`. */
function toObstacle(line: string): Obstacle | undefined {
  const { tenant, term, used, wanted } =
    /^(?<tenant>[^:\s]+): (?<term>\w+) (?<used>[\d.e+]+) > (?<wanted>[\d.e+]+)$/.exec(line)?.groups ?? {}
  return tenant === undefined || term === undefined ? undefined : { tenant, term, used: Number(used), wanted: Number(wanted) }
}
