import { randomBytes } from "node:crypto"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { PrismaClient } from "../../db/open-database.js"
import type { Auth } from "./create-auth.js"
import { newAccount } from "./new-account.js"

export const OPERATOR = "operator"

/** Where `npm start` finds the operator's random first password; it prints and removes the file. */
export function firstPasswordFile(runDirectory: string): string {
  return join(runDirectory, "first-password")
}

export interface OperatorOptions {
  auth: Auth
  prisma: PrismaClient
  password: string | undefined
  runDirectory: string
}

/**
 * Makes the operator's account on the first start and does nothing while there is an operator, whatever their name. The password is the given one, or
 * a random one that is left in `first-password` in the run directory, readable for its owner only.
 */
export async function ensureOperator({ auth, prisma, password, runDirectory }: OperatorOptions): Promise<"made" | "kept"> {
  if ((await prisma.user.count({ where: { role: "operator" } })) > 0) return "kept"
  const first = password ?? randomBytes(15).toString("base64url")
  const passwordHash = await (await auth.$context).password.hash(first)
  // Before the account: a crash in between leaves a password without an account, and the next start makes both anew.
  if (password === undefined) await writeFile(firstPasswordFile(runDirectory), `${first}\n`, { mode: 0o600 })
  await prisma.user.create({ data: newAccount({ username: OPERATOR, name: "Operator", role: "operator", tenant: null, passwordHash }) })
  return "made"
}
