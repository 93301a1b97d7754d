import { initTRPC, TRPCError } from "@trpc/server"
import { getHTTPStatusCodeFromError } from "@trpc/server/http"
import { TRPC_ERROR_CODES_BY_KEY } from "@trpc/server/rpc"
import { scopeServices } from "../services/scope/scope-services.js"
import { auditMutation } from "./audit-mutation.js"
import { authorise } from "./authorise.js"
import type { RequestContext } from "./context.js"
import { describeError } from "./error-data.js"

const t = initTRPC.context<RequestContext>().create({
  // Stacks stay in the log.
  isDev: false,
  errorFormatter({ shape, error, ctx }) {
    const described = describeError(error, ctx?.requestId ?? "unknown")
    return {
      code: TRPC_ERROR_CODES_BY_KEY[described.code],
      message: described.message,
      data: {
        code: described.code,
        httpStatus: getHTTPStatusCodeFromError(new TRPCError({ code: described.code })),
        path: shape.data.path,
        engine: described.engine,
        issues: described.issues,
        requestId: ctx?.requestId ?? null,
      },
    }
  },
})

export const router = t.router

/**
 * The base of every procedure; there is no other. Its path is the operation's name for the audit, which sees refusals too, and for `authorise`; its use
 * cases are those that the session reaches.
 */
export const procedure = t.procedure
  .use(({ ctx, path, type, getRawInput, next }) => auditMutation({ ctx, path, type, getRawInput, next }))
  .use(({ ctx, path, next }) => {
    const session = authorise(ctx, path)
    return next({ ctx: { ...ctx, session, services: scopeServices(ctx.services, session) } })
  })
