import type { ResourceLimits } from "@plimsoll/server/contract"

/** The limits that are edited live. `null` in a field: no limit. */
export const editableLimits = [
  "memoryMaxBytes",
  "memoryHighBytes",
  "memoryLowBytes",
  "swapMaxBytes",
  "cpuMaxCores",
  "cpuWeight",
  "pidsMax",
  "ioWeight",
] as const
export type EditableLimit = (typeof editableLimits)[number]
export type LimitValues = Record<EditableLimit, number | null>

export function limitValues(limits: ResourceLimits): LimitValues {
  return Object.fromEntries(editableLimits.map((key) => [key, limits[key] ?? null])) as LimitValues
}

/** Only what differs, in the shape of an update: a number sets, `null` lifts. */
export function limitChange(before: LimitValues, after: LimitValues): Partial<LimitValues> {
  return Object.fromEntries(editableLimits.filter((key) => before[key] !== after[key]).map((key) => [key, after[key]]))
}
