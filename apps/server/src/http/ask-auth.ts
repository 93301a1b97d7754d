import type { FastifyReply, FastifyRequest } from "fastify"
import type { AuthByScheme } from "../services/session/create-auth.js"
import { requestOrigin } from "../services/session/request-origin.js"
import { toHeaders } from "./headers.js"

export interface AuthAnswer {
  status: number
  headers: Headers
  /** Without the session's token: that belongs in the cookie, where scripts of the page cannot read it. The library repeats it in its answers. */
  body: Readonly<Record<string, unknown>> | null
}

export interface AuthQuestion {
  method: "GET" | "POST"
  /** Below `/api/auth/`, with its query. */
  path: string
  body?: object
}

export type AskAuth = (request: FastifyRequest, question: AuthQuestion) => Promise<AuthAnswer>

/** Hands requests to the auth library as they came from the browser. What is refused before it (foreign hosts and origins) is refused by then. */
export function authAsker(auth: AuthByScheme, publicOrigins: readonly string[]): AskAuth {
  return async (request, { method, path, body }) => {
    const headers = toHeaders(request.headers)
    const { host, scheme } = requestOrigin(headers, publicOrigins)
    // One address that this server trusts, however long the chain of proxies was.
    headers.set("x-forwarded-for", request.ip ?? "")
    headers.set("origin", `${scheme}://${host}`)
    headers.delete("content-length")
    const response = await auth[scheme].handler(
      new Request(`${scheme}://${host}/api/auth/${path}`, { method, headers, body: method === "POST" ? JSON.stringify(body ?? {}) : null }),
    )
    return { status: response.status, headers: response.headers, body: withoutTokens(await response.json()) as AuthAnswer["body"] }
  }
}

export function sendAnswer(reply: FastifyReply, { status, headers, body }: AuthAnswer): FastifyReply {
  for (const [name, value] of headers) if (name !== "set-cookie" && name !== "content-length") reply.header(name, value)
  const cookies = headers.getSetCookie()
  if (cookies.length > 0) reply.header("set-cookie", cookies)
  return reply.status(status).send(body)
}

/** The headers of the next request of a browser that got this answer. */
export function headersAfter(request: FastifyRequest, { headers }: AuthAnswer): Headers {
  const next = toHeaders(request.headers)
  next.set(
    "cookie",
    headers
      .getSetCookie()
      .flatMap((cookie) => cookie.split(";")[0] ?? [])
      .join("; "),
  )
  return next
}

function withoutTokens(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTokens)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => (name === "token" ? [] : [[name, withoutTokens(inner)]])))
}
