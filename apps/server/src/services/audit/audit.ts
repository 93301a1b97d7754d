import type { AuditResult } from "../../contract/events.js"
import type { SignedIn } from "../session/sessions.js"

export interface AuditEntry {
  /** As in the table of operations, or `sign-in`, `sign-out`, `accept-invitation`, `reset-password`. */
  operation: string
  session: SignedIn | null
  /** Where nobody is signed in: whom they said to be. */
  claimedName?: string
  address: string | null
  result: AuditResult
  /** What was asked for. Secrets are left out by name before anything is written. */
  input: unknown
  /** Code and public wording of a refusal or failure. */
  error?: { code: string; message: string }
}

/** Who did what to what, from where, with what result: rows of the same durable stream as the engines' events. */
export interface Audit {
  /** Resolves when it is on disk. */
  record(entry: AuditEntry): Promise<void>
}
