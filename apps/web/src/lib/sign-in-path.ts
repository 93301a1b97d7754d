/** Where to go after signing in: a path of this console. Anything that could lead elsewhere is `/`. */
export function returnPath(next: string | null | undefined): string {
  if (!next?.startsWith("/")) return "/"
  // The parser treats `//host`, `/\host` and `/<tab>/host` as another origin: ask it rather than a pattern.
  const url = new URL(next, "http://console.invalid")
  if (url.origin !== "http://console.invalid" || url.pathname === "/sign-in") return "/"
  return `${url.pathname}${url.search}${url.hash}`
}

/** The sign-in page that leads back to `path`. */
export function signInPath(path: string): string {
  const back = returnPath(path)
  return back === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(back)}`
}
