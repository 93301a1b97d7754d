import { refusalOfHost } from "../contract/own-host.js"
import { requestOrigin } from "../services/session/request-origin.js"
import { shownToken } from "../services/tokens/shown-token.js"

/**
 * Why the request is refused, or `undefined`. A foreign Host is one that neither names loopback nor is listed. A foreign Origin on a
 * request that changes something, or on a WebSocket, is another site using the browser's cookie. Without a cookie, and with an API token,
 * which no browser adds by itself, it is a program, wherever it runs.
 */
export function refusalOf(headers: Headers, options: { publicOrigins: readonly string[]; changes: boolean }): string | undefined {
  const { publicOrigins } = options
  const { host, scheme } = requestOrigin(headers, publicOrigins)
  const foreign = refusalOfHost(host, publicOrigins)
  if (foreign !== undefined) return foreign
  if (!options.changes) return undefined
  if (shownToken(headers) !== undefined && !headers.has("cookie")) return undefined
  const origin = headers.get("origin")
  if (origin === null) {
    const site = headers.get("sec-fetch-site")
    return site === null || site === "same-origin" || site === "none" ? undefined : "The request comes from another site."
  }
  return origin === `${scheme}://${host}` || publicOrigins.includes(origin) ? undefined : "The request comes from another site."
}
