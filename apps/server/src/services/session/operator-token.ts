import { randomBytes, timingSafeEqual } from "node:crypto"
import { rename, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { SignedIn } from "./sessions.js"

/** Session id of whoever shows the token; it has no row in the database. */
export const LOCAL_SESSION = "local"

/**
 * Leaves a random token in `operator.token` in the run directory, readable for root alone, anew at each start: scripts on this host show that
 * they are root by knowing it (`Authorization: Bearer …`). Returns who a request is by it, or `null`.
 */
export async function makeOperatorToken(runDirectory: string, now: () => number): Promise<(headers: Headers) => SignedIn | null> {
  const token = randomBytes(32).toString("base64url")
  const path = join(runDirectory, "operator.token")
  await writeFile(`${path}.new`, token, { mode: 0o600 })
  await rename(`${path}.new`, path)
  const expected = Buffer.from(`Bearer ${token}`)
  const signedInAt = now()
  return (headers) => {
    const shown = Buffer.from(headers.get("authorization") ?? "")
    if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) return null
    return {
      role: "operator",
      tenant: null,
      lookingAs: null,
      token: null,
      userId: "local",
      username: "operator",
      name: "root on this host",
      sessionId: LOCAL_SESSION,
      signedInAt,
      expiresAt: Number.MAX_SAFE_INTEGER,
    }
  }
}
