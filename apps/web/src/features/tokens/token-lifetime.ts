/** For how long a token may be good. */
export const tokenLifetimes = ["30d", "90d", "365d", "always"] as const
export type TokenLifetime = (typeof tokenLifetimes)[number]

const DAY_MS = 86_400_000
const days: Record<Exclude<TokenLifetime, "always">, number> = { "30d": 30, "90d": 90, "365d": 365 }

/** When a token made `now` ends; `null`: when it is revoked. */
export function expiryOf(lifetime: TokenLifetime, now: number): number | null {
  return lifetime === "always" ? null : now + days[lifetime] * DAY_MS
}
