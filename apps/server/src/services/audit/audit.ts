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
  /** What was answered: of it only the ids and names of what was made, and how many of a bulk were done. */
  output?: unknown
  /** As `containersOf` said before it was done; absent: as they are known now. */
  containers?: readonly KnownContainer[]
  /** Code and public wording of a refusal or failure. */
  error?: { code: string; message: string }
}

export interface KnownContainer {
  id: string
  name: string
  tenant: string
  host: string
}

/** Who did what to what, from where, with what result: rows of the same durable stream as the engines' events. */
export interface Audit {
  /** The containers that the input names, of those that the session may know of. Ask before it is done: afterwards one may be gone. Never rejects. */
  containersOf(about: Pick<AuditEntry, "operation" | "session" | "input">): Promise<KnownContainer[]>
  /**
   * Resolves when it is written: it outlives the server, a loss of power of the last moments it need not. One that cannot be written goes to the log, and
   * what was done stays done: it never rejects.
   */
  record(entry: AuditEntry): Promise<void>
}
