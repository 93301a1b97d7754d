import type { TRPCError } from "@trpc/server"
import type { FastifyBaseLogger } from "fastify"
import { describeError } from "../trpc/error-data.js"

/** What went wrong inside is an error of ours; what the caller got told (not found, a conflict, a refused input) is not. */
export function logFailure(
  log: Pick<FastifyBaseLogger, "error" | "debug">,
  { error, operation, requestId }: { error: TRPCError; operation: string | undefined; requestId: string },
): void {
  const { code } = describeError(error, requestId)
  const cause = error.cause ?? error
  if (code === "INTERNAL_SERVER_ERROR") log.error({ err: cause, operation, reqId: requestId }, "procedure failed")
  else log.debug({ code, reason: cause.message, operation, reqId: requestId }, "procedure refused")
}
