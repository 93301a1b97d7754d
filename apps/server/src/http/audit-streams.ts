import type { FastifyInstance, FastifyRequest } from "fastify"
import type { Services } from "../services/services.js"
import { clientAddressOf } from "../services/session/client-address.js"
import type { SignedIn } from "../services/session/sessions.js"
import { auditResultOf } from "../trpc/audit-outcome.js"
import type { OperationName } from "../trpc/operations.js"
import { toHeaders } from "./headers.js"
import { httpError } from "./http-error.js"

/** Streams that change something, and those that carry out what is inside. */
const AUDITED: ReadonlySet<OperationName> = new Set<OperationName>([
  "http.containers.archive.read",
  "http.containers.archive.write",
  "http.images.load",
  "http.images.import",
  "http.images.save",
  "http.tenants.export",
])

export interface StreamAudit {
  /** From here on, what comes of the request is recorded when it is one of those. */
  begin(request: FastifyRequest, about: { operation: OperationName; session: SignedIn }): void
}

/** Records what came of a stream before its answer goes out: of an upload when it is done, of a download when it begins. */
export function auditStreams(app: FastifyInstance, { audit }: Pick<Services, "audit">): StreamAudit {
  const begun = new WeakMap<FastifyRequest, { operation: OperationName; session: SignedIn; error?: unknown }>()

  app.addHook("onError", async (request, _reply, error) => {
    const entry = begun.get(request)
    if (entry !== undefined) entry.error = error
  })

  app.addHook("onSend", async (request, reply) => {
    const entry = begun.get(request)
    if (entry === undefined) return
    begun.delete(request)
    const { operation, session, error } = entry
    const refusal = error === undefined ? undefined : httpError(error, request.id)
    const input = { ...asParameters(request.params), ...asParameters(request.query) }
    await audit.record({
      ...{ operation, session, input, address: clientAddressOf(toHeaders(request.headers)) },
      result: auditResultOf(refusal?.status ?? reply.statusCode),
      ...(refusal && { error: { code: refusal.body.error.code, message: refusal.body.error.publicMessage } }),
    })
  })

  return {
    begin(request, about) {
      if (AUDITED.has(about.operation)) begun.set(request, { ...about })
    },
  }
}

function asParameters(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {}
}
