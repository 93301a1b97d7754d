import type { Audit } from "../services/audit/audit.js"
import type { SignedIn } from "../services/session/sessions.js"
import { auditResultOf } from "../trpc/audit-outcome.js"
import { httpError } from "./http-error.js"

const OPERATION = "http.terminal"

/** What came of somebody's wish to sit at a terminal. `execId` is `null` at the container's own. */
export type TerminalOutcome = { execId: string | null } | { error: unknown }

/** Returns what records the outcome. */
export function auditTerminal(
  audit: Audit,
  { session, address, requestId }: { session: SignedIn; address: string | null; requestId: string },
): (outcome: TerminalOutcome) => Promise<void> {
  const entry = { operation: OPERATION, session, address }
  return (outcome) => {
    if ("error" in outcome) {
      const { status, body } = httpError(outcome.error, requestId)
      const error = { code: body.error.code, message: body.error.publicMessage }
      return audit.record({ ...entry, input: {}, result: auditResultOf(status), error })
    }
    const { execId } = outcome
    return audit.record({ ...entry, input: execId === null ? {} : { execId }, result: "done" })
  }
}
