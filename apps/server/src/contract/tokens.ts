import { z } from "zod"
import { bounds } from "./bounds.js"
import { epochMs, tenantName } from "./primitives.js"

/** `read`: what a viewer may do; `write`: what a member may do. */
export const tokenScopes = ["read", "write"] as const
export type TokenScope = (typeof tokenScopes)[number]

/** Whose: a tenant's; absent: the provider's. For a tenant's own members always theirs. */
export const tokensInput = z.object({ tenant: tenantName.exactOptional() }).default({})
export const createTokenInput = z.object({
  tenant: tenantName.exactOptional(),
  name: z.string().trim().min(1, "is required").max(bounds.titleLength),
  scope: z.enum(tokenScopes),
  /** `null`: until it is revoked. */
  expiresAt: epochMs.nullable(),
})
export const tokenInput = z.object({ id: z.string().min(1).max(128) })

export interface ApiToken {
  id: string
  name: string
  tenant: string | null
  scope: TokenScope
  /** Its first characters, to tell it from others. */
  start: string
  createdAt: number
  createdBy: string
  expiresAt: number | null
  lastUsedAt: number | null
  lastUsedFrom: string | null
}

/** `token` is shown this once; only its hash is kept. It is sent as `Authorization: Bearer …`. */
export interface NewApiToken {
  token: string
  entry: ApiToken
}
