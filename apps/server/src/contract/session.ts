import { z } from "zod"
import { bounds } from "./bounds.js"

export const password = z.string().min(bounds.passwordMinimumLength).max(bounds.passwordMaximumLength)

export const revokeSessionInput = z.object({
  /** Id of a session of `session.sessions`. One's own: signs out. */
  id: z.string().min(1).max(128),
})

export const changePasswordInput = z.object({
  currentPassword: z.string().min(1).max(bounds.passwordMaximumLength),
  newPassword: password,
})

/** Who may do what is decided by role; the operator may do everything. */
export type Role = "operator"

export interface Me {
  userId: string
  username: string
  name: string
  role: Role
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
