/** Under which name and scheme the browser reached the console. */
export interface RequestOrigin {
  host: string
  scheme: "http" | "https"
}

/**
 * As the front door says, which alone can connect to the socket and sets these headers. It speaks plain HTTP; where a
 * public origin is configured for the host, a proxy before it speaks that origin's scheme with the browser.
 */
export function requestOrigin(headers: Headers, publicOrigins: readonly string[]): RequestOrigin {
  const host = (headers.get("x-forwarded-host") ?? headers.get("host") ?? "").toLowerCase()
  const configured = publicOrigins.map((origin) => new URL(origin)).find((url) => url.host === host)
  if (configured !== undefined) return { host, scheme: configured.protocol === "https:" ? "https" : "http" }
  return { host, scheme: headers.get("x-forwarded-proto") === "https" ? "https" : "http" }
}
