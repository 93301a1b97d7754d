import { type ContainerApi, type EngineInfo, isEngineError } from "@plimsoll/runtime"
import type { LadderSettings } from "../../contract/overprovisioning.js"
import type { Shortage } from "../../contract/reasons.js"
import { within } from "../within.js"
import type { Subject } from "./subject.js"

/** What a rung has to go by in one second. */
export interface RungContext {
  subjects: readonly Subject[]
  /** Monotonic. */
  at: number
  mode: "act" | "advise"
  settings: LadderSettings
  /** Why the ladder stands where it does; `null`: there is no shortage. */
  shortage: Shortage | null
  /** Whether there is swap to push memory out to. */
  hasSwap: boolean
  containers: ContainerApi
  info: Pick<EngineInfo, "enforceableLimits" | "features">
}

/** A single container must not hold the ladder up for longer. What is not waited for may take its time. */
const DEADLINE_MS = 60_000

/** Does one thing to one container; a failure comes back as words for people, and what nobody expected is reported, too. `isGone`: somebody removed it meanwhile, which is no failure. */
export async function attempt<T>(
  work: () => Promise<T>,
  report: (error: unknown) => void,
  deadlineMs = DEADLINE_MS,
): Promise<{ value: T } | { why: string; isUnsupported: boolean; isGone: boolean }> {
  try {
    return { value: await within(deadlineMs, work()) }
  } catch (error) {
    if (!isEngineError(error)) report(error)
    return {
      why: isEngineError(error) ? error.publicMessage : "something went wrong on the server; its log has the details",
      isUnsupported: isEngineError(error, "unsupported"),
      isGone: isEngineError(error, "not_found"),
    }
  }
}
