import type { OneTimeLink } from "../contract/members.js"
import type { Plan } from "../contract/plans.js"
import type { Role } from "../contract/session.js"
import type { Sql } from "../db/sql.js"
import { Browser, data } from "./browser.js"
import { besideConsole } from "./temporary-database.js"
import { someTerms } from "./tenancy.js"
import type { TestServer } from "./test-server.js"

/** A password that the console takes, of everybody whom `join` makes. */
export const GOOD_PASSWORD = "harbour-lantern-gravel-41"

/** Goes to the server's database beside it. */
export function withDatabase<T>(server: TestServer, work: (sql: Sql) => Promise<T>): Promise<T> {
  return besideConsole(server.databaseUrl, work)
}

/** A tenant with a plan of its own. */
export async function makeTenant(operator: Browser, tenant: string): Promise<void> {
  const plan = data<Plan>(await operator.mutate("plans.create", { name: `Plan of ${tenant}`, terms: someTerms }))
  data(await operator.mutate("tenants.create", { tenant, title: `${tenant} Ltd`, plan: plan.id }))
}

export function tokenOf({ path }: OneTimeLink): string {
  return new URL(path, "http://localhost").searchParams.get("token") ?? ""
}

/** Whom `inviter` invites, and who accepts: signed in. */
export async function joinAs(
  server: TestServer,
  { inviter, username, role, tenant }: { inviter: Browser; username: string; role: Role; tenant?: string },
): Promise<Browser> {
  const link = data<OneTimeLink>(await inviter.mutate("members.invite", { role, ...(tenant !== undefined && { tenant }) }))
  const browser = new Browser(server)
  const answer = await browser.auth("invitation", { token: tokenOf(link), username, name: username, password: GOOD_PASSWORD })
  if (answer.status !== 200) throw new Error(`accepting answered ${answer.status}: ${answer.body.toString()}`)
  return browser
}
