import { EngineError, type EngineInfo, isEngineError } from "@plimsoll/runtime"

/** Why an engine is not to be used, and what mends that. */
export interface WhyAway {
  reason: string
  remedy: string | null
}

/** From what it says of itself, or from the error of asking it. */
export function whyAway(answer: Pick<EngineInfo, "reason" | "remedy"> | Error): WhyAway {
  if (!(answer instanceof Error)) return apart(answer.reason ?? "It cannot run containers.", answer.remedy)
  if (!isEngineError(answer)) return apart(`It cannot be asked: ${answer.message}`)
  const { reason = answer.publicMessage, remedy } = answer.facts
  return apart(String(reason), typeof remedy === "string" ? remedy : undefined)
}

/** The same as an error for whoever wanted to use it. */
export function engineAway({ reason, remedy }: WhyAway): EngineError {
  const publicMessage = remedy === null ? reason : `${reason} Remedy: ${remedy}`
  return new EngineError("engine_unavailable", { publicMessage, facts: { reason, remedy } })
}

/** An engine that went, or that does not answer in time. */
export function isAway(error: unknown): boolean {
  return isEngineError(error, "engine_unavailable") || isEngineError(error, "deadline_exceeded")
}

// The engine's sentence for people ends in the remedy; here the two stand apart.
function apart(reason: string, remedy?: string): WhyAway {
  if (remedy === undefined) return { reason, remedy: null }
  return { reason: reason.endsWith(remedy) ? reason.slice(0, -remedy.length).trim() : reason, remedy }
}
