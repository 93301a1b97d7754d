import { randomBytes } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { Auth } from "./create-auth.js"

export const OPERATOR = "operator"

/** Where `npm start` finds the operator's random first password; it prints and removes the file. */
export function firstPasswordFile(runDirectory: string): string {
  return join(runDirectory, "first-password")
}

/**
 * Makes the operator's account on the first start and does nothing later. The password is the given one, or a random one
 * that is left in `first-password` in the run directory, readable for its owner only.
 */
export async function ensureOperator(
  auth: Auth,
  options: { password: string | undefined; runDirectory: string },
): Promise<"made" | "kept"> {
  const context = await auth.$context
  const users = await context.adapter.count({ model: "user", where: [{ field: "username", value: OPERATOR }] })
  if (users > 0) return "kept"
  const password = options.password ?? randomBytes(15).toString("base64url")
  const passwordHash = await context.password.hash(password)
  // Before the account: a crash in between leaves a password without an account, and the next start makes both anew.
  if (options.password === undefined) await writeFile(firstPasswordFile(options.runDirectory), `${password}\n`, { mode: 0o600 })
  const user = await context.internalAdapter.createUser(
    { name: "Operator", email: "operator@localhost.invalid", emailVerified: true, username: OPERATOR, displayUsername: OPERATOR },
    { method: "email-password" },
  )
  await context.internalAdapter.linkAccount({ userId: user.id, providerId: "credential", accountId: user.id, password: passwordHash })
  return "made"
}
