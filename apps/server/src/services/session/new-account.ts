import { randomUUID } from "node:crypto"
import type { Role } from "../../contract/session.js"

/** The auth library keeps user names in this form. */
export function normaliseUsername(username: string): string {
  return username.toLowerCase()
}

/** An account as the auth library keeps it, in one row of two tables: none is without its password or its role. */
export function newAccount({
  username,
  name,
  role,
  tenant,
  passwordHash,
}: {
  username: string
  name: string
  role: Role
  tenant: string | null
  passwordHash: string
}) {
  const id = randomUUID()
  const normalised = normaliseUsername(username)
  return {
    id,
    name,
    // The auth library wants one; nothing is ever sent there (RFC 2606, 2).
    email: `${normalised}@localhost.invalid`,
    emailVerified: true,
    username: normalised,
    displayUsername: username,
    role,
    tenantName: tenant,
    accounts: { create: { id: randomUUID(), accountId: id, providerId: "credential", password: passwordHash } },
  }
}
