import type { Invitation, InvitationOffer, Member, OneTimeLink } from "../../contract/members.js"
import type { Role } from "../../contract/session.js"
import type { SignedIn } from "../session/sessions.js"

/**
 * Accounts and the links that lead to them. `tenant` `null`: the provider's staff. A session of a tenant reaches its own tenant's only, whatever
 * it names: the others answer `not_found`.
 */
export interface Members {
  list(session: SignedIn, tenant: string | undefined): Promise<Member[]>
  invitations(session: SignedIn, tenant: string | undefined): Promise<Invitation[]>
  /** Rejects with `invalid_argument` for a role that does not belong there. An owner may make owners. */
  invite(session: SignedIn, invitation: { tenant?: string; role: Role; note: string }): Promise<OneTimeLink>
  revokeInvitation(session: SignedIn, id: string): Promise<void>
  /** Its open connections are cut: they come back with the new role. Rejects with `conflict` for the last operator, the last owner. */
  change(session: SignedIn, userId: string, role: Role): Promise<Member>
  /** Ends all its sign-ins at once. Rejects as `change`. */
  remove(session: SignedIn, userId: string): Promise<void>
  resetLink(session: SignedIn, userId: string): Promise<OneTimeLink>
  unlock(session: SignedIn, userId: string): Promise<void>
  /** `undefined`: used, expired, revoked or never there. */
  offer(token: string): Promise<InvitationOffer | undefined>
  /** Makes the account; the link is used up by it, also when two use it at once. Rejects with `not_found`, `name_in_use`, `invalid_argument`. */
  accept(token: string, account: { username: string; name: string; password: string }): Promise<{ userId: string; username: string }>
  /** Sets the password, ends all sign-ins, lifts the lock. Rejects with `not_found`, `invalid_argument`. */
  reset(token: string, password: string): Promise<{ username: string }>
}
