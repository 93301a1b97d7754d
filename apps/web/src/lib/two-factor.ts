import type { TwoFactorStart } from "@plimsoll/server/contract"
import { AuthRefusal, authRequest } from "./auth-request"

/** Begins to set up codes of an authenticator app; they count only once `confirmTwoFactor` got one. Rejects with `WrongPassword`. */
export async function startTwoFactor(password: string): Promise<TwoFactorStart> {
  return startOf(await withPassword("two-factor/enable", { password, method: "totp" }))
}

/** True when the code was right: from now on each sign-in asks for one. */
export async function confirmTwoFactor(code: string): Promise<boolean> {
  try {
    await authRequest("two-factor/verify-totp", { code })
    return true
  } catch (error) {
    if (error instanceof AuthRefusal && error.code === "INVALID_CODE") return false
    throw error
  }
}

/** Codes are not asked for any more. Rejects with `WrongPassword`. */
export async function endTwoFactor(password: string): Promise<void> {
  await withPassword("two-factor/disable", { password })
}

/** New recovery codes; the old ones are worth nothing any more. Rejects with `WrongPassword`. */
export async function renewRecoveryCodes(password: string): Promise<string[]> {
  return codesOf(await withPassword("two-factor/generate-backup-codes", { password }))
}

/** The password that was typed to allow it is not the account's. */
export class WrongPassword extends Error {
  override readonly name = "WrongPassword"
}

async function withPassword(path: string, body: { password: string; method?: "totp" }): Promise<unknown> {
  try {
    return await authRequest(path, body)
  } catch (error) {
    throw error instanceof AuthRefusal && error.code === "INVALID_PASSWORD" ? new WrongPassword() : error
  }
}

function startOf(answer: unknown): TwoFactorStart {
  if (typeof answer === "object" && answer !== null && "totpURI" in answer && typeof answer.totpURI === "string")
    return { totpURI: answer.totpURI, backupCodes: codesOf(answer) }
  throw new Error("The server's answer holds no key for an authenticator app.")
}

function codesOf(answer: unknown): string[] {
  const codes: unknown = typeof answer === "object" && answer !== null && "backupCodes" in answer ? answer.backupCodes : null
  if (Array.isArray(codes)) return codes.map(String)
  throw new Error("The server's answer holds no recovery codes.")
}

/** The key of an `otpauth://` address, in groups of four, as one types it (Key Uri Format). */
export function secretOf(totpURI: string): string {
  const secret = new URL(totpURI).searchParams.get("secret") ?? ""
  return secret.replaceAll(/(.{4})(?=.)/g, "$1 ")
}
