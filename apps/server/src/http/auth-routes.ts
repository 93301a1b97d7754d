import type { FastifyInstance, FastifyRequest } from "fastify"
import { z } from "zod"
import { bounds } from "../contract/bounds.js"
import type { Audit, AuditEntry } from "../services/audit/audit.js"
import { challengedUsername } from "../services/session/challenged-username.js"
import type { AuthByScheme } from "../services/session/create-auth.js"
import type { Lockout, Verdict } from "../services/session/lockout.js"
import { LOCAL_SESSION } from "../services/session/operator-token.js"
import { requestOrigin } from "../services/session/request-origin.js"
import type { Sessions, SignedIn } from "../services/session/sessions.js"
import type { UsedCodes } from "../services/session/used-codes.js"
import { describeError } from "../trpc/error-data.js"
import { type AskAuth, type AuthAnswer, headersAfter, sendAnswer } from "./ask-auth.js"
import { toHeaders } from "./headers.js"
import { httpError } from "./http-error.js"

/** Secrets that one address may try within the window, on each route. */
export const TRIES = { max: 10, timeWindow: 60_000 }
/** Where a row is written for whoever asks. */
const QUESTIONS = { max: 30, timeWindow: 60_000 }
export const BODY_BYTES = 16 * 1024

interface AuthRoute {
  method: "GET" | "POST"
  path: string
  /** All that the library gets of the body: it knows more than the console uses, for example devices that need no code for a month. */
  body?: z.ZodType<Record<string, unknown>>
  limit?: typeof TRIES
  /** For whom: the others answer everybody. */
  signedIn?: true
  /** It looks at a secret that somebody could guess. */
  guessed?: true
  /** Its name in the audit. */
  operation?: string
}

const nothing = z.object({})
const withPassword = z.object({ password: z.string().max(bounds.passwordMaximumLength) })
const withCode = z.object({ code: z.string().trim().max(64) })
const credential = z.looseObject({ id: z.string().max(2048), response: z.looseObject({}) })
const passkeyId = z.object({ id: z.string().max(bounds.nameLength) })
const passkeyName = z.object({ name: z.string().trim().min(1).max(bounds.titleLength) })

/** Of all that the auth library could serve, what the console uses. */
const ROUTES: readonly AuthRoute[] = [
  {
    method: "POST",
    path: "sign-in/username",
    body: withPassword.extend({ username: z.string().trim().max(bounds.nameLength) }),
    limit: TRIES,
    guessed: true,
    operation: "sign-in",
  },
  { method: "POST", path: "sign-out", body: nothing, operation: "sign-out" },
  { method: "GET", path: "get-session" },
  {
    method: "POST",
    path: "two-factor/enable",
    body: withPassword,
    limit: TRIES,
    signedIn: true,
    guessed: true,
    operation: "two-factor-begin",
  },
  { method: "POST", path: "two-factor/verify-totp", body: withCode, limit: TRIES, guessed: true, operation: "sign-in" },
  { method: "POST", path: "two-factor/verify-backup-code", body: withCode, limit: TRIES, guessed: true, operation: "sign-in" },
  {
    method: "POST",
    path: "two-factor/disable",
    body: withPassword,
    limit: TRIES,
    signedIn: true,
    guessed: true,
    operation: "two-factor-disable",
  },
  {
    method: "POST",
    path: "two-factor/generate-backup-codes",
    body: withPassword,
    limit: TRIES,
    signedIn: true,
    guessed: true,
    operation: "recovery-codes-renew",
  },
  { method: "GET", path: "passkey/generate-register-options", limit: QUESTIONS, signedIn: true },
  {
    method: "POST",
    path: "passkey/verify-registration",
    body: passkeyName.partial().extend({ response: credential }),
    limit: TRIES,
    signedIn: true,
    operation: "passkey-add",
  },
  { method: "GET", path: "passkey/generate-authenticate-options", limit: QUESTIONS },
  {
    method: "POST",
    path: "passkey/verify-authentication",
    body: z.object({ response: credential }),
    limit: TRIES,
    operation: "sign-in",
  },
  { method: "GET", path: "passkey/list-user-passkeys", signedIn: true },
  { method: "POST", path: "passkey/delete-passkey", body: passkeyId, signedIn: true, operation: "passkey-remove" },
  {
    method: "POST",
    path: "passkey/update-passkey",
    body: passkeyId.extend(passkeyName.shape),
    signedIn: true,
    operation: "passkey-rename",
  },
]

export interface AuthRoutesDependencies {
  ask: AskAuth
  auth: AuthByScheme
  sessions: Sessions
  lockout: Lockout
  usedCodes: UsedCodes
  publicOrigins: readonly string[]
  audit: Pick<Audit, "record">
}

/** Hands the few routes to the auth library: counts wrong secrets of each account, audits, and cuts the connections of sessions that end by it. */
export function authRoutes(
  app: FastifyInstance,
  { ask, auth, sessions, lockout, usedCodes, publicOrigins, audit }: AuthRoutesDependencies,
) {
  for (const route of ROUTES) {
    app.route({
      method: route.method,
      url: `/api/auth/${route.path}`,
      bodyLimit: BODY_BYTES,
      config: { rateLimit: route.limit ?? false },
      handler: async (request, reply) => {
        const body = route.body?.parse(request.body ?? {}) ?? {}
        const session = await personOf(request)
        if (route.signedIn === true && session === null) return reply.status(401).send(nobody(request.id))
        const account = route.guessed === true ? await accountOf(request, { session, body }) : undefined
        const look = () => answerOf(request, { route, body, session, account })
        try {
          const answer = await (account === undefined ? look() : lockout.attempt(account, async () => judged(await look())))
          if (route.limit === TRIES)
            request.log[answer.status < 400 ? "info" : "warn"]({ address: request.ip, status: answer.status }, route.path)
          if (session !== null && answer.status < 400 && route.method === "POST") await cutEnded(session)
          await record(request, { route, session, account, answer, body })
          return sendAnswer(reply, answer)
        } catch (error) {
          const seconds = waitOf(error, request.id)
          if (seconds === undefined) throw error
          request.log.warn({ address: request.ip, status: 429 }, route.path)
          const refused = httpError(error, request.id).body
          await record(request, {
            route,
            session,
            account,
            answer: { status: 429, headers: new Headers(), body: { ...refused.error } },
            body,
          })
          return reply.status(429).header("retry-after", seconds).send(refused)
        }
      },
    })
  }

  /** Who is signed in as a person. A token or a script of root has no password to change and no key to add. */
  async function personOf(request: FastifyRequest): Promise<SignedIn | null> {
    const session = await sessions.recognise(toHeaders(request.headers))
    return session === null || session.token !== null || session.sessionId === LOCAL_SESSION ? null : session
  }

  /** Whose secret is looked at. */
  async function accountOf(
    request: FastifyRequest,
    { session, body }: { session: SignedIn | null; body: Record<string, unknown> },
  ): Promise<string | undefined> {
    if (typeof body["username"] === "string") return body["username"]
    if (session !== null) return session.username
    const headers = toHeaders(request.headers)
    return challengedUsername(auth[requestOrigin(headers, publicOrigins).scheme], headers)
  }

  async function answerOf(
    request: FastifyRequest,
    asked: { route: AuthRoute; body: Record<string, unknown>; session: SignedIn | null; account: string | undefined },
  ): Promise<AuthAnswer> {
    const { route, body, session, account } = asked
    const code = route.path === "two-factor/verify-totp" && session === null && account !== undefined ? String(body["code"]) : undefined
    if (code !== undefined && account !== undefined && usedCodes.has(account, code)) return usedAlready
    // A passkey is shown under the user's name, not under the address that the library keeps for them.
    const name = session === null ? "" : `?name=${encodeURIComponent(session.username)}`
    const path = route.path === "passkey/generate-register-options" ? `${route.path}${name}` : route.path
    const answer = await ask(request, { method: route.method, path, body })
    if (code !== undefined && account !== undefined && answer.status < 300) usedCodes.add(account, code)
    return worded(answer)
  }

  /** The library ends a session when somebody leaves, and replaces it when codes are switched on or off. */
  async function cutEnded({ sessionId }: SignedIn): Promise<void> {
    if (!(await sessions.stillValid([sessionId])).has(sessionId)) sessions.ended([sessionId])
  }

  async function record(
    request: FastifyRequest,
    done: { route: AuthRoute; session: SignedIn | null; account: string | undefined; answer: AuthAnswer; body: Record<string, unknown> },
  ): Promise<void> {
    const { route, account, answer, body } = done
    if (route.operation === undefined || isHalfWay(answer)) return
    const isDone = answer.status < 400
    // A code of who is signed in already switches codes on.
    const operation = done.session !== null && route.body === withCode ? "two-factor-enable" : route.operation
    const isSignIn = operation === "sign-in"
    const { id, name } = body
    await audit.record({
      operation,
      session: isSignIn ? (isDone ? await sessions.recognise(headersAfter(request, answer)) : null) : done.session,
      ...(account !== undefined && { claimedName: account }),
      address: request.ip ?? null,
      result: isDone ? "done" : "refused",
      input: { ...(typeof id === "string" && { id }), ...(typeof name === "string" && { name }) },
      ...(!isDone && { error: errorOf(answer) }),
    })
  }
}

/** Codes of the library that mean: this was not the secret. */
const WRONG = new Set(["INVALID_USERNAME_OR_PASSWORD", "INVALID_PASSWORD", "INVALID_CODE", "INVALID_BACKUP_CODE"])

function judged(answer: AuthAnswer): { verdict: Verdict; value: AuthAnswer } {
  if (answer === usedAlready || isHalfWay(answer)) return { verdict: "undecided", value: answer }
  if (answer.status < 300) return { verdict: "right", value: answer }
  return { verdict: WRONG.has(String(answer.body?.["code"])) ? "wrong" : "undecided", value: answer }
}

/** The password was right; a code is asked for. */
function isHalfWay({ body }: AuthAnswer): boolean {
  return body?.["twoFactorRedirect"] === true
}

const usedAlready: AuthAnswer = {
  status: 401,
  headers: new Headers(),
  body: { code: "INVALID_CODE", message: "This code signed somebody in already. Wait for the next one." },
}

/** Where the library's own words are wrong for the console, or too few. */
function worded(answer: AuthAnswer): AuthAnswer {
  const { body } = answer
  if (body === null) return answer
  if (body["code"] === "SESSION_NOT_FRESH") {
    const message = "A passkey is added within a day of signing in. Sign out, sign in, then add it."
    return { ...answer, body: { ...body, message } }
  }
  // To the library, a credential that does not verify is a failure of its own.
  if (body["code"] === "FAILED_TO_VERIFY_REGISTRATION") return { ...answer, status: 400 }
  // The library asks for a preference only, and refuses later what is less.
  if ("userVerification" in body) return { ...answer, body: { ...body, userVerification: "required" } }
  const { totpURI } = body
  if (typeof totpURI !== "string") return answer
  return { ...answer, body: { ...body, totpURI: totpURI.replace(/%40localhost\.invalid(?=\?)/, "") } }
}

function errorOf({ status, body }: AuthAnswer): NonNullable<AuditEntry["error"]> {
  const text = (name: string) => {
    const value = body?.[name]
    return typeof value === "string" ? value : undefined
  }
  return { code: text("code") ?? String(status), message: text("publicMessage") ?? text("message") ?? "" }
}

function waitOf(error: unknown, requestId: string): number | undefined {
  const waitSeconds = describeError(error, requestId).engine?.facts["waitSeconds"]
  return typeof waitSeconds === "number" ? waitSeconds : undefined
}

function nobody(requestId: string) {
  return { error: { code: "permission_denied", publicMessage: "Sign in first.", facts: {} }, requestId }
}
