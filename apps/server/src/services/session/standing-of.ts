import { providerRoles, type Role, tenantRoles } from "../../contract/session.js"
import type { SignedIn } from "./sessions.js"

type Standing = Pick<SignedIn, "role" | "tenant" | "lookingAs">

/** True when the role is one of a tenant's, and there is a tenant; or one of the provider's, and there is none. */
export function belongs(role: string, tenant: string | null): role is Role {
  const roles: readonly string[] = tenant === null ? providerRoles : tenantRoles
  return roles.includes(role)
}

/** What a user may be, by the rows of the user and the session; `null` for a role that does not go with its tenant: they are nobody. */
export function standingOf(
  user: { role: string; tenantName: string | null },
  session: { lookAsTenant: string | null; lookAsWrite: boolean },
): Standing | null {
  const { role, tenantName } = user
  if (!belongs(role, tenantName)) return null
  const { lookAsTenant, lookAsWrite } = session
  if (role !== "operator" || lookAsTenant === null) return { role, tenant: tenantName, lookingAs: null }
  return { role: lookAsWrite ? "owner" : "viewer", tenant: lookAsTenant, lookingAs: { tenant: lookAsTenant, write: lookAsWrite } }
}
