import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from "node:http"
import { clientAddress, type TrustedProxies } from "./client-address.js"

/** Headers that belong to one connection only (RFC 9110 §7.6.1). */
const hopByHop = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]
/** What a client could use to pretend to come from elsewhere. */
const claims = /^(forwarded|via|x-real-ip|x-nonce|x-address|x-forwarded-.*|x-middleware-.*)$/

/** The message's headers without those of the connection itself, the ones named by `Connection` included. */
export function endToEndHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const dropped = new Set([...hopByHop, ...(headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase())])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)))
}

/**
 * Headers of the request to the server: the client's own, less what it claims about where it comes from, and with what the
 * front door saw itself or a trusted proxy saw for it. `upgrade` keeps the two headers that ask for a WebSocket.
 */
export function requestHeaders(
  request: IncomingMessage,
  options: { upgrade: boolean; trustedProxies: TrustedProxies },
): OutgoingHttpHeaders {
  const headers = endToEndHeaders(request.headers)
  for (const name of Object.keys(headers)) if (claims.test(name)) delete headers[name]
  headers["x-forwarded-for"] = clientAddress(request, options.trustedProxies)
  headers["x-forwarded-proto"] = "http"
  if (request.headers.host !== undefined) headers["x-forwarded-host"] = request.headers.host
  if (options.upgrade) {
    headers.connection = "Upgrade"
    headers.upgrade = request.headers.upgrade
  }
  return headers
}
