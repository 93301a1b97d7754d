import { Readable } from "node:stream"
import { TRPCError } from "@trpc/server"
import type { FastifyReply, FastifyRequest } from "fastify"

/** Sizes of uploads are bounded by the engine, which knows what it unpacks; this only switches off the bound for JSON. */
export const UNBOUNDED_BODY = Number.MAX_SAFE_INTEGER

/** The request's body as a stream. Ends with an error when the client goes away before its end. */
export function bodyStream(request: FastifyRequest): Readable {
  const { body } = request
  if (body instanceof Readable) return body
  throw new TRPCError({ code: "BAD_REQUEST", message: "The request has no body. Send the archive as the body of the request." })
}

/** Aborts when the client goes away before the answer is complete. */
export function clientSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController()
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) controller.abort()
  })
  return controller.signal
}

/** Header for a download with this name. (RFC 6266; other characters than these are replaced.) */
export function attachment(name: string): string {
  return `attachment; filename="${name.replaceAll(/[^a-zA-Z0-9._-]/g, "_").slice(0, 150)}"`
}
