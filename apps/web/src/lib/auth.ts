import { HttpStreamError, isErrorBody } from "./errors"

export type SignInResult = { kind: "signed-in" } | { kind: "refused" } | { kind: "too-many"; retryAfterSeconds: number | null }

/** Signs in. Resolves with how it went; rejects when the server does not answer or fails. */
export async function signIn(username: string, password: string): Promise<SignInResult> {
  const response = await fetch("/api/auth/sign-in/username", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ username, password }),
  })
  if (response.ok) return { kind: "signed-in" }
  if (response.status === 429) {
    const seconds = Number(response.headers.get("retry-after") ?? response.headers.get("x-retry-after"))
    return { kind: "too-many", retryAfterSeconds: Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : null }
  }
  // Not the password: the console is reached by a name that is not listed, or from another site. The server says which.
  if (response.status === 403) {
    const json = (response.headers.get("content-type") ?? "").includes("application/json")
    const body: unknown = json ? await response.json() : null
    throw new HttpStreamError(403, isErrorBody(body) ? body : null)
  }
  if (response.status >= 400 && response.status < 500) return { kind: "refused" }
  // The front door's own answer when the server is away.
  if (response.status === 502) throw new TypeError("the server does not answer")
  throw new HttpStreamError(response.status, null)
}

/** Ends this session. */
export async function signOut(): Promise<void> {
  const response = await fetch("/api/auth/sign-out", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })
  if (!response.ok && response.status !== 401) throw new HttpStreamError(response.status, null)
}
