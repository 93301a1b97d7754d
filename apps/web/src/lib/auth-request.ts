import { HttpStreamError, isErrorBody } from "./errors"

/** What has to do with signing in was refused. `code` is the auth library's (`INVALID_CODE`) or the server's own (`conflict`). */
export class AuthRefusal extends HttpStreamError {
  readonly code: string
  /** For how long to leave it; `null`: it did not say. */
  readonly retryAfterSeconds: number | null

  constructor(response: Pick<Response, "status" | "headers">, body: unknown) {
    super(response.status, isErrorBody(body) ? body : null)
    // The auth library says it in another shape.
    const words = textOf(body, "message")
    if (this.engine === null && words !== null) this.message = words
    this.code = this.engine?.code ?? textOf(body, "code") ?? String(response.status)
    this.retryAfterSeconds = secondsOf(response.headers)
  }
}

/**
 * Asks `/api/auth/…`; `body` absent: a GET. Resolves with what was answered. Rejects with `AuthRefusal` for 4xx, with `TypeError` when the server is
 * away, with `HttpStreamError` when it failed.
 */
export async function authRequest(path: string, body?: object): Promise<unknown> {
  const response = await fetch(`/api/auth/${path}`, {
    ...(body !== undefined && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  })
  const json = (response.headers.get("content-type") ?? "").includes("application/json")
  const answer: unknown = json ? await response.json() : null
  if (response.ok) return answer
  // The front door's own answer when the server is away.
  if (response.status === 502) throw new TypeError("the server does not answer")
  if (response.status >= 500) throw new HttpStreamError(response.status, isErrorBody(answer) ? answer : null)
  throw new AuthRefusal(response, answer)
}

function secondsOf(headers: Headers): number | null {
  const seconds = Number(headers.get("retry-after") ?? headers.get("x-retry-after"))
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : null
}

function textOf(body: unknown, name: string): string | null {
  const value: unknown = typeof body === "object" && body !== null ? Reflect.get(body, name) : null
  return typeof value === "string" && value !== "" ? value : null
}
