import { AuthRefusal, authRequest } from "./auth-request"

/** How one step of signing in went. */
export type SignInResult =
  | { kind: "signed-in" }
  /** The password was right; a code is asked for. */
  | { kind: "code-asked" }
  /** What was typed is wrong. */
  | { kind: "refused" }
  /** The code came too late, or too many were wrong: it begins again with the password. */
  | { kind: "expired" }
  | { kind: "too-many"; retryAfterSeconds: number | null }

/** Signs in. Resolves with how it went; rejects when the server does not answer or fails, or when it is not about the password at all. */
export function signIn(username: string, password: string): Promise<SignInResult> {
  return step("sign-in/username", { username, password })
}

/** The second step: a code of the authenticator app. */
export function signInWithCode(code: string): Promise<SignInResult> {
  return step("two-factor/verify-totp", { code })
}

/** The second step without the app: one of the recovery codes, which is used up by it. */
export function signInWithRecoveryCode(code: string): Promise<SignInResult> {
  return step("two-factor/verify-backup-code", { code })
}

/** Codes of the auth library by which the second step is over. */
const expired = ["INVALID_TWO_FACTOR_COOKIE", "TOO_MANY_ATTEMPTS_REQUEST_NEW_CODE"]

async function step(path: string, body: object): Promise<SignInResult> {
  try {
    const answer = await authRequest(path, body)
    return typeof answer === "object" && answer !== null && "twoFactorRedirect" in answer ? { kind: "code-asked" } : { kind: "signed-in" }
  } catch (error) {
    if (!(error instanceof AuthRefusal)) throw error
    return resultOf(error)
  }
}

/** What a refusal means for who signs in. Rethrows what is not about who they are. */
export function resultOf(refusal: AuthRefusal): SignInResult {
  const { status, code, retryAfterSeconds } = refusal
  if (status === 429) return { kind: "too-many", retryAfterSeconds }
  if (expired.includes(code)) return { kind: "expired" }
  // Not the password: the console is reached by a name that is not listed, from another site, or the tenant is suspended. The server says which.
  if (status === 403) throw refusal
  return { kind: "refused" }
}

/** Ends this session. */
export async function signOut(): Promise<void> {
  try {
    await authRequest("sign-out", {})
  } catch (error) {
    // It had ended already.
    if (!(error instanceof AuthRefusal && error.status === 401)) throw error
  }
}
