import {
  browserSupportsWebAuthn,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  startAuthentication,
  startRegistration,
  WebAuthnError,
} from "@simplewebauthn/browser"
import { authRequest } from "./auth-request"

/** A key of one's own device that signs in without a password. */
export interface Passkey {
  id: string
  name: string
  createdAt: number | null
  /** It is kept in more than one device. */
  backedUp: boolean
}

/** Browsers offer them over https and on localhost only, and never for an address without a name (WebAuthn, 5.1.3: the RP ID is a domain). */
export function passkeysPossible(): boolean {
  return window.isSecureContext && browserSupportsWebAuthn() && !isAddress(window.location.hostname)
}

/** True for `127.0.0.1` and `[::1]`. */
export function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(hostname)
}

/** Signs in with a passkey. `false`: the person called it off. Rejects with `AuthRefusal` for a passkey that is not known here. */
export function signInWithPasskey(): Promise<boolean> {
  return unlessCalledOff(async () => {
    const optionsJSON = (await authRequest("passkey/generate-authenticate-options")) as PublicKeyCredentialRequestOptionsJSON
    const response = await startAuthentication({ optionsJSON })
    await authRequest("passkey/verify-authentication", { response })
  })
}

/** Makes a passkey on this device, under which `account` signs in. `false`: the person called it off. */
export function addPasskey(name: string, account: string): Promise<boolean> {
  return unlessCalledOff(async () => {
    const optionsJSON = (await authRequest(
      `passkey/generate-register-options?name=${encodeURIComponent(account)}`,
    )) as PublicKeyCredentialCreationOptionsJSON
    const response = await startRegistration({ optionsJSON })
    await authRequest("passkey/verify-registration", { response, name })
  })
}

/** One's own passkeys, the oldest first. */
export async function listPasskeys(): Promise<Passkey[]> {
  const answer = await authRequest("passkey/list-user-passkeys")
  if (!Array.isArray(answer)) throw new Error("The server's answer holds no passkeys.")
  return answer.map(passkeyOf).sort((a, b) => (a.createdAt ?? 0) - (b.createdAt ?? 0))
}

export async function renamePasskey(id: string, name: string): Promise<void> {
  await authRequest("passkey/update-passkey", { id, name })
}

export async function removePasskey(id: string): Promise<void> {
  await authRequest("passkey/delete-passkey", { id })
}

async function unlessCalledOff(ceremony: () => Promise<void>): Promise<boolean> {
  try {
    await ceremony()
    return true
  } catch (error) {
    // WebAuthn says the same for "cancelled" and "took too long", so that a site learns nothing of what keys there are.
    const cause = error instanceof WebAuthnError ? error.cause : error
    if (cause instanceof Error && (cause.name === "NotAllowedError" || cause.name === "AbortError")) return false
    throw error
  }
}

function passkeyOf(entry: unknown): Passkey {
  const { id, name, createdAt, backedUp } = entry as Record<string, unknown>
  const at = typeof createdAt === "string" ? Date.parse(createdAt) : Number.NaN
  return {
    id: String(id),
    name: typeof name === "string" ? name : "",
    createdAt: Number.isNaN(at) ? null : at,
    backedUp: backedUp === true,
  }
}
