import type { EngineErrorCode } from "@plimsoll/runtime"
import { TRPCError } from "@trpc/server"
import { getHTTPStatusCodeFromError } from "@trpc/server/http"
import type { HttpErrorBody } from "../contract/error.js"
import { describeError } from "../trpc/error-data.js"

const TOO_LARGE = "The request is larger than this operation takes. Send less at once; archives go to /api/images/load or import."

/** Status and body for a request beside tRPC that failed: the same codes and wording as there. */
export function httpError(error: unknown, requestId: string): { status: number; body: HttpErrorBody } {
  const described = describeError(error, requestId)
  const status = statusOf(error) ?? getHTTPStatusCodeFromError(new TRPCError({ code: described.code }))
  const fallback = { code: codeOf(status), publicMessage: described.message, facts: {} }
  if (status < 500 && error instanceof Error && statusOf(error) !== undefined)
    fallback.publicMessage = status === 413 ? TOO_LARGE : error.message
  const engine = statusOf(error) === undefined ? described.engine : null
  return { status, body: { error: engine ?? fallback, requestId } }
}

function codeOf(status: number): EngineErrorCode {
  if (status === 401 || status === 403) return "permission_denied"
  return status < 500 ? "invalid_argument" : "internal"
}

/** Fastify's own errors (a body that is too large, an unknown content type) say their status. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof Error && "statusCode" in error && typeof error.statusCode === "number" && error.statusCode < 500)
    return error.statusCode
  return undefined
}
