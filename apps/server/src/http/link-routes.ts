import type { FastifyInstance, FastifyRequest } from "fastify"
import { z } from "zod"
import { acceptInvitationInput, acceptResetInput } from "../contract/members.js"
import type { Audit, AuditEntry } from "../services/audit/audit.js"
import type { Members } from "../services/members/members.js"
import type { Sessions } from "../services/session/sessions.js"
import { describeError } from "../trpc/error-data.js"
import { type AskAuth, headersAfter, sendAnswer } from "./ask-auth.js"
import { BODY_BYTES, TRIES } from "./auth-routes.js"

const offerQuery = z.object({ token: acceptInvitationInput.shape.token })

export interface LinkRoutesDependencies {
  ask: AskAuth
  members: Members
  sessions: Sessions
  audit: Pick<Audit, "record">
}

/** What one-time links lead to: `GET` and `POST /api/auth/invitation`, `POST /api/auth/reset`. Nobody has to be signed in. */
export function linkRoutes(app: FastifyInstance, { ask, members, sessions, audit }: LinkRoutesDependencies): void {
  const options = { bodyLimit: BODY_BYTES, config: { rateLimit: TRIES } }

  app.get("/api/auth/invitation", options, async (request, reply) => {
    const offer = await members.offer(offerQuery.parse(request.query).token)
    if (offer !== undefined) return offer
    const publicMessage = "This invitation was used, has expired or was revoked. Ask whoever sent it for a new one."
    return reply.status(404).send({ error: { code: "not_found", publicMessage, facts: {} }, requestId: request.id })
  })

  app.post("/api/auth/invitation", options, async (request, reply) => {
    const { token, username, name, password } = acceptInvitationInput.parse(request.body ?? {})
    const account = await recorded(request, { operation: "accept-invitation", claimedName: username, input: { name } }, () =>
      members.accept(token, { username, name, password }),
    )
    const answer = await ask(request, { method: "POST", path: "sign-in/username", body: { username: account.username, password } })
    const session = await sessions.recognise(headersAfter(request, answer))
    await audit.record({
      operation: "sign-in",
      session,
      claimedName: account.username,
      address: request.ip ?? null,
      result: "done",
      input: {},
    })
    return sendAnswer(reply, { ...answer, body: account })
  })

  app.post("/api/auth/reset", options, async (request) => {
    const { token, password } = acceptResetInput.parse(request.body ?? {})
    await recorded(request, { operation: "reset-password", input: {} }, () => members.reset(token, password))
    return { status: true }
  })

  /** Does it, and audits how it went. */
  async function recorded<T extends { username: string }>(
    request: FastifyRequest,
    entry: Pick<AuditEntry, "operation" | "claimedName" | "input">,
    work: () => Promise<T>,
  ): Promise<T> {
    const audited = { ...entry, session: null, address: request.ip ?? null }
    try {
      const value = await work()
      await audit.record({ ...audited, claimedName: value.username, result: "done" })
      return value
    } catch (error) {
      const { code, message, engine } = describeError(error, request.id)
      await audit.record({
        ...audited,
        result: engine === null || engine.code === "internal" ? "failed" : "refused",
        error: { code: engine?.code ?? code, message },
      })
      throw error
    }
  }
}
