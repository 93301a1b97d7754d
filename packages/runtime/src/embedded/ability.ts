import type { Ability } from "../engine.js"
import { EngineError, errnoOf } from "../errors.js"

/** Runs one probe; one that fails becomes an ability that could not be found out, since a report must always come. */
export async function safely(
  name: string,
  title: string,
  required: boolean,
  probe: () => Ability[] | Promise<Ability[]>,
): Promise<Ability[]> {
  try {
    return await probe()
  } catch (error) {
    return [{ name, title, status: required ? "missing" : "degraded", detail: `It could not be found out: ${explain(error)}`, required }]
  }
}

/** One sentence about any error, for `detail`. */
export function explain(error: unknown): string {
  if (error instanceof EngineError) return error.publicMessage
  return errnoOf(error) ?? (error instanceof Error ? error.message : String(error))
}
