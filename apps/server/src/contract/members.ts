import { z } from "zod"
import { bounds } from "./bounds.js"
import { tenantName } from "./primitives.js"
import { password, type Role, roles } from "./session.js"

/** Whose: a tenant's; absent: the provider's own staff. For a tenant's own members always theirs. */
export const membersInput = z.object({ tenant: tenantName.exactOptional() }).default({})
const role = z.enum(roles)
const userId = z.string().min(1).max(128)
const secretText = z.string().min(16).max(256)

/** Owner, member and viewer with a tenant; operator and support without. */
export const inviteMemberInput = z.object({
  tenant: tenantName.exactOptional(),
  role,
  /** Whom it is for, as the inviter calls them; shown in the list until it is used. */
  note: z.string().trim().max(bounds.titleLength).default(""),
})
export const invitationInput = z.object({ id: userId })
export const memberInput = z.object({ userId })
export const changeMemberInput = memberInput.extend({ role })

/** `POST /api/auth/invitation`: makes the account and signs it in. */
export const acceptInvitationInput = z.object({
  token: secretText,
  username: z
    .string()
    .min(3)
    .max(30)
    .regex(/^[a-zA-Z0-9_.]+$/, "must consist of letters, digits, “_” and “.”"),
  name: z.string().trim().min(1).max(bounds.titleLength),
  password,
})
/** `POST /api/auth/reset`: sets a new password by the link that the operator or an owner made; all sign-ins of the account end. */
export const acceptResetInput = z.object({ token: secretText, password })

export interface Member {
  userId: string
  username: string
  name: string
  role: Role
  tenant: string | null
  createdAt: number
  lastSeenAt: number | null
  twoFactor: boolean
  passkeys: number
  /** Until then no password of theirs is tried: too many were wrong. */
  lockedUntil: number | null
}

export interface Invitation {
  id: string
  tenant: string | null
  role: Role
  note: string
  createdAt: number
  expiresAt: number
  /** User name of who made it. */
  invitedBy: string
}

/** A link to hand over. It is shown this once; `path` follows the console's own address. */
export interface OneTimeLink {
  path: string
  expiresAt: number
}

/** What an unused invitation says to who has its link. */
export interface InvitationOffer {
  tenant: string | null
  tenantTitle: string | null
  role: Role
  expiresAt: number
}
