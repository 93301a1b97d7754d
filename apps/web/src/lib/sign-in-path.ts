/** Where to go after signing in: a path of this console. Anything that could lead elsewhere is `/`. */
export function returnPath(next: string | null | undefined): string {
  if (!next?.startsWith("/")) return "/"
  // The parser treats `//host`, `/\host` and `/<tab>/host` as another origin: ask it rather than a pattern.
  const url = new URL(next, "http://console.invalid")
  if (url.origin !== "http://console.invalid" || url.pathname === "/sign-in") return "/"
  return `${url.pathname}${url.search}${url.hash}`
}

/** Why one has to sign in again: the time was over, or somebody (oneself, from another device) ended it. */
export const signOutReasons = ["expired", "ended"] as const
export type SignOutReason = (typeof signOutReasons)[number]

/** The reason of that name; `null` for any other. */
export function asSignOutReason(name: string | null | undefined): SignOutReason | null {
  return signOutReasons.find((reason) => reason === name) ?? null
}

/** The sign-in page that leads back to `path` and says `why` one is there. */
export function signInPath(path: string, why: SignOutReason | null = null): string {
  const back = returnPath(path)
  const query = [...(back === "/" ? [] : [`next=${encodeURIComponent(back)}`]), ...(why === null ? [] : [`why=${why}`])]
  return query.length === 0 ? "/sign-in" : `/sign-in?${query.join("&")}`
}

/** Why a request is refused now. `expiresAt` is of the session that was used so far; `null`: nobody was signed in on this page, so there is nothing to explain. */
export function whySignedOut(expiresAt: number | null, now: number): SignOutReason | null {
  if (expiresAt === null) return null
  return expiresAt <= now ? "expired" : "ended"
}
