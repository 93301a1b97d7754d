import { parseCookies } from "better-auth/cookies"
import type { Auth } from "./create-auth.js"

/** Who gave a right password with this browser a moment ago and has yet to give a code; `undefined`: nobody. */
export async function challengedUsername(auth: Auth, headers: Headers): Promise<string | undefined> {
  const context = await auth.$context
  const { name } = context.createAuthCookie("two_factor")
  // The library checks the signature after the dot. Here it only says whose wrong codes are counted: who knows the first part has the cookie.
  const identifier = parseCookies(headers.get("cookie") ?? "")
    .get(name)
    ?.split(".")[0]
  if (identifier === undefined) return undefined
  const challenge = await context.internalAdapter.findVerificationValue(identifier)
  if (challenge === null) return undefined
  const user = await context.adapter.findOne<{ username: string | null }>({
    model: "user",
    where: [{ field: "id", value: challenge.value }],
  })
  return user?.username ?? undefined
}
