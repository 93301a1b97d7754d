import type { acceptInvitationInput, acceptResetInput, InvitationOffer } from "@plimsoll/server/contract"
import type { z } from "zod"
import { AuthRefusal, authRequest } from "./auth-request"

/** What an invitation's link offers; `null`: it was used, is over, was revoked, or never was one (a link that was cut off, say). */
export async function readInvitation(token: string): Promise<InvitationOffer | null> {
  try {
    return (await authRequest(`invitation?token=${encodeURIComponent(token)}`)) as InvitationOffer
  } catch (error) {
    if (isOver(error) || (error instanceof AuthRefusal && error.status === 400)) return null
    throw error
  }
}

/** Makes the account and signs it in. `"over"`: the link was used meanwhile. Rejects with `AuthRefusal`: the name is taken, the password too weak. */
export function acceptInvitation(account: z.input<typeof acceptInvitationInput>): Promise<"done" | "over"> {
  return unlessOver("invitation", account)
}

/** Sets another password by a link. `"over"`: it was used, or is too old. Rejects with `AuthRefusal` for a weak password. */
export function resetPassword(reset: z.input<typeof acceptResetInput>): Promise<"done" | "over"> {
  return unlessOver("reset", reset)
}

async function unlessOver(path: string, body: object): Promise<"done" | "over"> {
  try {
    await authRequest(path, body)
    return "done"
  } catch (error) {
    if (isOver(error)) return "over"
    throw error
  }
}

function isOver(error: unknown): boolean {
  return error instanceof AuthRefusal && (error.status === 404 || error.status === 410 || error.code === "not_found")
}
