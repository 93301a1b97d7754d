import type { PrismaClient } from "../../db/open-database.js"
import { notFound } from "../scope/refusals.js"
import type { SignedIn } from "./sessions.js"

/**
 * Whose members, tokens and invitations are meant: of a tenant's session its own, of the provider's the named tenant's, or the provider's own
 * (`null`). Rejects with `not_found` for a tenant that is not there, or not theirs.
 */
export async function reachableTenant(prisma: PrismaClient, session: SignedIn, tenant: string | undefined): Promise<string | null> {
  const own = session.tenant
  if (own !== null) {
    if (tenant !== undefined && tenant !== own) throw notFound("tenant", tenant)
    return own
  }
  if (tenant === undefined) return null
  if ((await prisma.tenant.count({ where: { name: tenant } })) === 0) throw notFound("tenant", tenant)
  return tenant
}
