import { TRPCError } from "@trpc/server"
import { getHTTPStatusCodeFromError } from "@trpc/server/http"
import type { AuditEntry } from "../services/audit/audit.js"
import { auditResultOf } from "./audit-outcome.js"
import type { RequestContext } from "./context.js"
import { describeError } from "./error-data.js"

interface Call<R> {
  ctx: RequestContext
  path: string
  type: "query" | "mutation" | "subscription"
  getRawInput: () => Promise<unknown>
  next: () => Promise<R>
}

/**
 * Has a mutation done and records what came of it before it is answered, also when it was refused; nothing is written before. Queries and subscriptions, and
 * who is not signed in, leave no record.
 */
export async function auditMutation<R extends { ok: true; data: unknown } | { ok: false; error: TRPCError }>(call: Call<R>): Promise<R> {
  const { ctx, path: operation, type } = call
  if (type !== "mutation" || ctx.session === null) return call.next()
  const { session, address } = ctx
  const { audit } = ctx.services
  // Input that cannot even be read is refused by what reads it next.
  const input = await call.getRawInput().catch(() => undefined)
  const containers = await audit.containersOf({ operation, session, input })
  const answer = await call.next()
  await audit.record({ operation, session, address, input, containers, ...outcomeOf(answer, ctx.requestId) })
  return answer
}

function outcomeOf(
  answer: { ok: true; data: unknown } | { ok: false; error: TRPCError },
  requestId: string,
): Pick<AuditEntry, "result" | "output" | "error"> {
  if (answer.ok) return { result: "done", output: answer.data }
  const { code, message, engine } = describeError(answer.error, requestId)
  const status = getHTTPStatusCodeFromError(new TRPCError({ code }))
  return { result: auditResultOf(status), error: { code: engine?.code ?? code, message } }
}
