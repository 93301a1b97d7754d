import { TRPCError } from "@trpc/server"
import type { SignedIn } from "../services/session/sessions.js"
import { isOperation, operations } from "./operations.js"

/**
 * The one authorisation point: every tRPC procedure and every HTTP stream passes here with the operation's name. Returns
 * who does it. Throws UNAUTHORIZED when nobody is signed in, FORBIDDEN when the role does not allow the operation or the
 * operation is not in the table.
 */
export function authorise(context: { session: SignedIn | null }, operation: string): SignedIn {
  if (context.session === null) throw new TRPCError({ code: "UNAUTHORIZED", message: "Sign in first." })
  const allowed: readonly string[] = isOperation(operation) ? operations[operation] : []
  if (!allowed.includes(context.session.role)) throw new TRPCError({ code: "FORBIDDEN", message: "Your role does not allow this." })
  return context.session
}
