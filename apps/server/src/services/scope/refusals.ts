import { EngineError } from "@plimsoll/runtime"

/** As for what does not exist: another tenant's objects cannot be told from none. */
export function notFound(kind: "container" | "volume" | "network" | "tenant" | "host", name: string): EngineError {
  const shown = name.slice(0, 128)
  return new EngineError("not_found", { facts: { [kind]: shown }, publicMessage: `There is no ${kind} "${shown}".` })
}

/** What only the provider's staff may do. The table of operations refuses it first; this is the wall behind it. */
export function refusal(): EngineError {
  return new EngineError("permission_denied", { publicMessage: "Your role does not allow this." })
}

export async function refuse(): Promise<never> {
  throw refusal()
}
