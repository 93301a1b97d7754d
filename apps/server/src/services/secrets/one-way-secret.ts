import { createHash, randomBytes } from "node:crypto"

const SECRET_BYTES = 32

/** A secret that nobody can guess, in 43 characters that need no quoting in addresses and headers. */
export function makeSecret(): string {
  return randomBytes(SECRET_BYTES).toString("base64url")
}

/** What is kept of such a secret. One quick hash is enough, since there is nothing to guess (OWASP, Password Storage Cheat Sheet, is about passwords). */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url")
}
