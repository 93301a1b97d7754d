import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Member } from "../contract/members.js"
import type { Me } from "../contract/session.js"
import { type Browser, data, signedIn } from "../testing/browser.js"
import { joinAs, makeTenant, withDatabase } from "../testing/make-tenant.js"
import { tenantEngine } from "../testing/tenant-engine.js"
import { localAuthorization, startTestServer, type TestServer } from "../testing/test-server.js"

let server: TestServer
let operator: Browser
beforeEach(async () => {
  server = await startTestServer({ openEngine: async () => tenantEngine() })
  operator = await signedIn(server)
  await makeTenant(operator, "acme")
}, 60_000)
afterEach(() => server.remove())

const me = async (browser: Browser) => data<Me>(await browser.query("session.me"))

describe("an operator who looks as a tenant", () => {
  it("is a viewer of it, or an owner when switched to write, until the end; connections come back as that", async () => {
    await joinAs(server, { inviter: operator, username: "anna", role: "owner", tenant: "acme" })
    const socket = operator.webSocket("/trpc")
    await new Promise((resolve) => socket.once("open", resolve))
    const closed = new Promise((resolve) => socket.once("close", resolve))
    expect((await operator.mutate("session.lookAs", { tenant: "acme" })).status).toBe(200)
    expect(await closed).toBe(4401)
    expect(await me(operator)).toMatchObject({
      username: "operator",
      role: "viewer",
      tenant: "acme",
      lookingAs: { tenant: "acme", write: false },
    })
    expect(data<Member[]>(await operator.query("members.list")).map(({ username }) => username)).toEqual(["anna"])
    expect((await operator.mutate("members.invite", { role: "viewer" })).status).toBe(403)
    expect((await operator.query("host.info")).status).toBe(403)
    await server.restart()
    expect(await me(operator)).toMatchObject({ role: "viewer", tenant: "acme" })
    expect((await operator.mutate("session.lookAsEnd", undefined)).status).toBe(200)
    expect(await me(operator)).toMatchObject({ role: "operator", tenant: null, lookingAs: null })
    await operator.mutate("session.lookAs", { tenant: "acme", write: true })
    expect(await me(operator)).toMatchObject({ role: "owner", tenant: "acme", lookingAs: { tenant: "acme", write: true } })
  })

  it("does so in one sign-in, and not once demoted", async () => {
    const other = await signedIn(server)
    const second = await joinAs(server, { inviter: operator, username: "sara", role: "operator" })
    await second.mutate("session.lookAs", { tenant: "acme", write: true })
    expect((await me(other)).role).toBe("operator")
    await operator.mutate("members.change", { userId: (await me(second)).userId, role: "support" })
    expect(await me(second)).toMatchObject({ role: "support", tenant: null, lookingAs: null })
  })

  it("must be one who signed in, and the tenant must be there", async () => {
    expect((await operator.mutate("session.lookAs", { tenant: "nobody" })).status).toBe(404)
    const owner = await joinAs(server, { inviter: operator, username: "anna", role: "owner", tenant: "acme" })
    expect((await owner.mutate("session.lookAs", { tenant: "acme" })).status).toBe(403)
    expect((await server.mutate("session.lookAs", { tenant: "acme" }, localAuthorization(server))).status).toBe(403)
    await withDatabase(server, (sql) => sql.run(`UPDATE session SET "lookAsTenant" = 'blue', "lookAsWrite" = true`))
    expect(await me(owner)).toMatchObject({ role: "owner", tenant: "acme", lookingAs: null })
  })
})
