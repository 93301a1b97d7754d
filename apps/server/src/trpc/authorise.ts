import { TRPCError } from "@trpc/server"
import type { SignedIn } from "../services/session/sessions.js"
import { tokenMay } from "../services/tokens/token-may.js"
import { isOperation, operations } from "./operations.js"

const REFUSED_TOKEN = "This API token is unknown, has expired or was revoked. Make a new one in the console."

/**
 * The one authorisation point: every tRPC procedure and every HTTP stream passes here with the operation's name. Returns
 * who does it. Throws UNAUTHORIZED when nobody is signed in, FORBIDDEN when the role does not allow the operation, when the
 * operation is not in the table, or when it is not for API tokens.
 */
export function authorise(context: { session: SignedIn | null; showsToken?: boolean | undefined }, operation: string): SignedIn {
  if (context.session === null)
    throw new TRPCError({ code: "UNAUTHORIZED", message: context.showsToken === true ? REFUSED_TOKEN : "Sign in first." })
  const allowed: readonly string[] = isOperation(operation) ? operations[operation] : []
  if (!allowed.includes(context.session.role)) throw new TRPCError({ code: "FORBIDDEN", message: "Your role does not allow this." })
  if (context.session.token !== null && !tokenMay(operation))
    throw new TRPCError({ code: "FORBIDDEN", message: "An API token may not do this, only a person who is signed in." })
  return context.session
}
