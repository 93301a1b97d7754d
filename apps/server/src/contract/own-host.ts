/** Reads a list of origins such as `https://console.example`, separated by commas or spaces. Throws with the entry that is none. */
export function parsePublicOrigins(text: string): string[] {
  return text
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map((entry) => {
      const url = URL.canParse(entry) ? new URL(entry) : null
      if (url === null || !/^https?:$/.test(url.protocol) || url.pathname !== "/" || url.search !== "")
        throw new Error(`must list origins such as “https://console.example”, not “${entry}”`)
      return url.origin
    })
}

/**
 * Why a request for this host is refused, or `undefined` where it names loopback or one of the public origins. Any other name is how
 * one that was made to point here would look (DNS rebinding).
 */
export function refusalOfHost(host: string, publicOrigins: readonly string[]): string | undefined {
  if (isLoopback(host) || publicOrigins.some((origin) => new URL(origin).host === host)) return undefined
  return `The host name “${host.slice(0, 100)}” is not one of this console's. Add its origin to PLIMSOLL_PUBLIC_ORIGINS.`
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/.test(host)
}
