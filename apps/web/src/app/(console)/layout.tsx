import { cookies, headers } from "next/headers"
import { redirect } from "next/navigation"
import type { ReactNode } from "react"
import { showsSession } from "@/lib/session-cookie"
import { signInPath } from "@/lib/sign-in-path"
import { ConsoleFrame } from "./console-frame"

/** Who shows no session is led to the sign-in page before anything is asked of the server. */
export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  // Set by the front door, and only where a whole page is asked for.
  const address = (await headers()).get("x-address")
  const names = (await cookies()).getAll().map(({ name }) => name)
  if (address !== null && !showsSession(names)) redirect(signInPath(address))
  return <ConsoleFrame>{children}</ConsoleFrame>
}
