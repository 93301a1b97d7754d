import type { Me, Role, SessionSummary } from "../../contract/session.js"

/** Who is signed in, and with which session or token. */
export interface SignedIn {
  /** What counts now: of an operator who looks as a tenant, a role in that tenant. */
  role: Role
  /** Whose things it reaches; `null`: all. Never `null` with a tenant's role. */
  tenant: string | null
  /** Set while an operator looks as a tenant. */
  lookingAs: { tenant: string; write: boolean } | null
  /** Set when it was shown an API token. */
  token: { id: string; name: string } | null
  userId: string
  username: string
  name: string
  sessionId: string
  signedInAt: number
  expiresAt: number
}

export interface Sessions {
  /** The session of these request headers: of a cookie, an API token, or root on this host; `null` for anything else. */
  recognise(headers: Headers): Promise<SignedIn | null>
  /** Of these sessions, the ones that have neither expired nor been ended. */
  stillValid(sessionIds: string[]): Promise<Set<string>>
  /** Says that these sessions ended elsewhere (sign-out): their open connections are cut. */
  ended(sessionIds: string[]): void
  me(session: SignedIn): Promise<Me>
  list(session: SignedIn): Promise<SessionSummary[]>
  /** Ends a session of the same user at once, its open connections included. `not_found` when there is none. */
  revoke(session: SignedIn, sessionId: string): Promise<void>
  /** Also ends all other sessions. `invalid_argument` when the current password is wrong or the new one is too easy to guess. */
  changePassword(session: SignedIn, change: { currentPassword: string; newPassword: string }): Promise<void>
  /**
   * From now on this session is an owner's of the tenant, or a viewer's. Its open connections are cut and come back as that. Rejects with `not_found`
   * for an unknown tenant, and with `permission_denied` for whoever did not sign in as a person.
   */
  lookAs(session: SignedIn, look: { tenant: string; write: boolean }): Promise<void>
  /** It is the operator's own again. No effect on one that does not look as a tenant. */
  lookAsEnd(session: SignedIn): Promise<void>
}
