import type { IncomingHttpHeaders } from "node:http"

/** Node's headers as the platform's `Headers`. */
export function toHeaders(headers: IncomingHttpHeaders): Headers {
  const result = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue
    for (const entry of Array.isArray(value) ? value : [value]) result.append(name, entry)
  }
  return result
}
