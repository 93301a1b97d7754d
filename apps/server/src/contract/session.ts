import { z } from "zod"
import { bounds } from "./bounds.js"
import { tenantName } from "./primitives.js"

export const password = z.string().min(bounds.passwordMinimumLength).max(bounds.passwordMaximumLength)

export const revokeSessionInput = z.object({
  /** Id of a session of `session.sessions`. One's own: signs out. */
  id: z.string().min(1).max(128),
})

export const changePasswordInput = z.object({
  currentPassword: z.string().min(1).max(bounds.passwordMaximumLength),
  newPassword: password,
})

/** An `operator` runs the machines, `support` sees all and changes nothing; the others belong to one tenant. */
export const roles = ["operator", "support", "owner", "member", "viewer"] as const
export type Role = (typeof roles)[number]
export const providerRoles = ["operator", "support"] as const satisfies readonly Role[]
export const tenantRoles = ["owner", "member", "viewer"] as const satisfies readonly Role[]

/** As an owner of the tenant; without `write`, as a viewer. It holds for this sign-in, in all its tabs, until `session.lookAsEnd`. */
export const lookAsInput = z.object({ tenant: tenantName, write: z.boolean().default(false) })

/** `POST /api/auth/two-factor/…` of the auth library; the rest of what it needs is in its own documentation. */
export interface TwoFactorStart {
  /** `otpauth://totp/…`, for a QR code. */
  totpURI: string
  backupCodes: string[]
}

export interface Me {
  userId: string
  username: string
  name: string
  /** What counts now: while an operator looks as a tenant, a role in that tenant. */
  role: Role
  /** Whose things this session reaches; `null`: all. */
  tenant: string | null
  /** Set while an operator looks as a tenant. */
  lookingAs: { tenant: string; write: boolean } | null
  twoFactor: boolean
  sessionId: string
  signedInAt: number
  expiresAt: number
}

export interface SessionSummary {
  id: string
  current: boolean
  createdAt: number
  lastSeenAt: number
  expiresAt: number
  address: string | null
  userAgent: string | null
}
