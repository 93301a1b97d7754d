import type { FastifyInstance } from "fastify"
import type { AuthByScheme } from "../services/session/create-auth.js"
import { requestOrigin } from "../services/session/request-origin.js"
import type { Sessions } from "../services/session/sessions.js"
import { toHeaders } from "./headers.js"

/** Of all that the auth library could serve, what the console uses. */
const ROUTES = [
  { method: "POST", url: "/api/auth/sign-in/username", limited: true },
  { method: "POST", url: "/api/auth/sign-out", limited: false },
  { method: "GET", url: "/api/auth/get-session", limited: false },
] as const

/** Sign-ins that one address may try within the window. */
const SIGN_INS = { max: 10, timeWindow: 60_000 }

/** Hands the few routes to the auth library, and cuts the connections of who signs out. */
export function authRoutes(
  app: FastifyInstance,
  { auth, sessions, publicOrigins }: { auth: AuthByScheme; sessions: Sessions; publicOrigins: readonly string[] },
): void {
  for (const { method, url, limited } of ROUTES) {
    app.route({
      method,
      url,
      bodyLimit: 16 * 1024,
      config: { rateLimit: limited ? SIGN_INS : false },
      handler: async (request, reply) => {
        const headers = toHeaders(request.headers)
        const leaving = url.endsWith("/sign-out") ? await sessions.recognise(headers) : null
        const { host, scheme } = requestOrigin(headers, publicOrigins)
        // One address that this server trusts, however long the chain of proxies was.
        headers.set("x-forwarded-for", request.ip ?? "")
        const body = method === "POST" ? JSON.stringify(request.body ?? {}) : null
        const response = await auth[scheme].handler(new Request(`${scheme}://${host}${request.url}`, { method, headers, body }))
        if (limited) request.log[response.ok ? "info" : "warn"]({ address: request.ip, status: response.status }, "sign-in")
        if (leaving !== null && response.ok) sessions.ended([leaving.sessionId])
        for (const [name, value] of response.headers) if (name !== "set-cookie") reply.header(name, value)
        const cookies = response.headers.getSetCookie()
        if (cookies.length > 0) reply.header("set-cookie", cookies)
        return reply.status(response.status).send(withoutTokens(await response.json()))
      },
    })
  }
}

/** The session's token belongs in the cookie, where scripts of the page cannot read it; the library repeats it in its answers. */
function withoutTokens(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value
  return Object.fromEntries(Object.entries(value).flatMap(([name, inner]) => (name === "token" ? [] : [[name, withoutTokens(inner)]])))
}
