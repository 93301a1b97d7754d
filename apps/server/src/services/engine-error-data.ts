import type { EngineError } from "@plimsoll/runtime"
import type { EngineErrorData } from "../contract/error.js"

/** An engine's error as it crosses the wire: facts that are not there have no key. */
export function engineErrorData({ code, publicMessage, facts }: EngineError): EngineErrorData {
  const defined: EngineErrorData["facts"] = {}
  for (const [name, value] of Object.entries(facts)) if (value !== undefined) defined[name] = value
  return { code, publicMessage, facts: defined }
}
