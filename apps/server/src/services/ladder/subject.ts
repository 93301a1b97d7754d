import type { ResourceLimits } from "@plimsoll/runtime"

/** A container as the ladder sees it in one second. Bytes are of resident memory that cannot simply be dropped. */
export interface Subject {
  id: string
  name: string
  tenant: string
  state: "running" | "paused" | "napping"
  labels: Record<string, string>
  limits: ResourceLimits
  residentBytes: number
  /** Of it in swap, beside what is resident. */
  swappedBytes: number
  /** Its share of what was guaranteed: by its tenant's plan, in proportion to what each container takes, or by limits of its own. */
  floorBytes: number
  /** Guaranteed ÷ resident of its tenant, or of itself where that is more; from 1 on nothing is taken from it. */
  guaranteedShare: number
  /** What all containers of its tenant take above what its plan guarantees; never negative. */
  tenantExcessBytes: number
  /** Why no rung touches it; `null`: they may. */
  spared: "tenant" | "label" | "guaranteed" | null
  /** Nothing was promised: no plan, no limit of memory. */
  isBestEffort: boolean
  cpuWeight: number
  quietForMs: number
  /** Counter. */
  majorFaults: number
  /** Share of the last 10 s in which some of it waited for memory, percent; `null`: the kernel does not tell. */
  memoryStall: number | null
}

/** All that is its own, wherever it lies. */
export function ownBytesOf({ residentBytes, swappedBytes }: Pick<Subject, "residentBytes" | "swappedBytes">): number {
  return residentBytes + swappedBytes
}

/** What may be taken from it. */
export function excessOf({ residentBytes, floorBytes }: Pick<Subject, "residentBytes" | "floorBytes">): number {
  return Math.max(0, residentBytes - floorBytes)
}
