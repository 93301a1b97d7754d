import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Invitation, Member, OneTimeLink } from "../contract/members.js"
import type { Me } from "../contract/session.js"
import { Browser, data, signedIn } from "../testing/browser.js"
import { GOOD_PASSWORD, joinAs, makeTenant, tokenOf, withDatabase } from "../testing/make-tenant.js"
import { tenantEngine } from "../testing/tenant-engine.js"
import { startTestServer, type TestServer } from "../testing/test-server.js"

const DAY_MS = 86_400_000
let server: TestServer
let now: number
let operator: Browser
beforeEach(async () => {
  now = Date.now()
  server = await startTestServer({ openEngine: async () => tenantEngine(), now: () => now })
  operator = await signedIn(server)
  await makeTenant(operator, "acme")
  await makeTenant(operator, "blue")
}, 60_000)
afterEach(() => server.remove())

const invite = async (browser: Browser, invitation: object) => data<OneTimeLink>(await browser.mutate("members.invite", invitation))
const accept = (token: string, account: object = {}) =>
  new Browser(server).auth("invitation", { token, username: "anna", name: "Anna", password: GOOD_PASSWORD, ...account })
const me = async (browser: Browser) => data<Me>(await browser.query("session.me"))
const members = async (browser: Browser, tenant?: string) =>
  data<Member[]>(await browser.query("members.list", tenant === undefined ? undefined : { tenant }))
const idOf = async (username: string, tenant?: string) =>
  (await members(operator, tenant)).find((member) => member.username === username)?.userId ?? ""

describe("an invitation", () => {
  it("says what it is for, makes the account in the tenant, and signs it in", async () => {
    const link = await invite(operator, { tenant: "acme", role: "owner", note: "Anna of Acme" })
    expect(link.expiresAt).toBe(now + 7 * DAY_MS)
    const token = tokenOf(link)
    const offer = await new Browser(server).auth(`invitation?token=${token}`)
    expect(offer.json()).toEqual({ tenant: "acme", tenantTitle: "acme Ltd", role: "owner", expiresAt: link.expiresAt })
    const anna = new Browser(server)
    const answer = await anna.auth("invitation", { token, username: "Anna", name: "Anna", password: GOOD_PASSWORD })
    expect(answer.json()).toEqual({ userId: expect.any(String), username: "anna" })
    expect(await me(anna)).toMatchObject({ username: "anna", role: "owner", tenant: "acme", lookingAs: null })
    expect((await new Browser(server).auth(`invitation?token=${token}`)).status).toBe(404)
  })

  it("makes one account, also when twenty accept at the same time", async () => {
    const token = tokenOf(await invite(operator, { tenant: "acme", role: "owner" }))
    const statuses = await Promise.all(Array.from({ length: 20 }, async (_, at) => (await accept(token, { username: `anna${at}` })).status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 404)).toHaveLength(19)
    expect(await members(operator, "acme")).toHaveLength(1)
  }, 60_000)

  it("is not used up by a weak password or a name that is taken", async () => {
    const token = tokenOf(await invite(operator, { role: "support" }))
    const weak = await accept(token, { password: "password1234" })
    expect(weak.status).toBe(400)
    expect(weak.json()).toMatchObject({ error: { code: "invalid_argument", facts: { field: "password" } } })
    const taken = await accept(token, { username: "Operator" })
    expect(taken.status).toBe(409)
    expect(taken.json()).toMatchObject({ error: { code: "name_in_use" } })
    expect((await accept(token)).status).toBe(200)
  })

  it("ends after seven days, or when it is revoked", async () => {
    const [late, revoked] = [
      await invite(operator, { role: "support", note: "late" }),
      await invite(operator, { role: "support", note: "no" }),
    ]
    const open = data<Invitation[]>(await operator.query("members.invitations"))
    expect(open.map(({ note, invitedBy }) => [note, invitedBy]).sort()).toEqual([
      ["late", "operator"],
      ["no", "operator"],
    ])
    await operator.mutate("members.revokeInvitation", { id: open.find(({ note }) => note === "no")?.id })
    expect((await accept(tokenOf(revoked))).status).toBe(404)
    now += 7 * DAY_MS
    expect((await accept(tokenOf(late))).status).toBe(404)
    expect(data<Invitation[]>(await operator.query("members.invitations"))).toEqual([])
  })

  it("is of the provider's roles without a tenant and of a tenant's with one; an owner makes no staff", async () => {
    const owner = await joinAs(server, { inviter: operator, username: "anna", role: "owner", tenant: "acme" })
    expect((await operator.mutate("members.invite", { role: "owner" })).status).toBe(400)
    expect((await operator.mutate("members.invite", { role: "support", tenant: "acme" })).status).toBe(400)
    expect((await operator.mutate("members.invite", { role: "owner", tenant: "nobody" })).status).toBe(404)
    for (const role of ["operator", "support"]) expect((await owner.mutate("members.invite", { role })).status).toBe(400)
    expect((await owner.mutate("members.invite", { role: "viewer", tenant: "blue" })).status).toBe(404)
    const member = await joinAs(server, { inviter: owner, username: "ben", role: "member" })
    expect(await me(member)).toMatchObject({ role: "member", tenant: "acme" })
    expect((await member.mutate("members.invite", { role: "viewer" })).status).toBe(403)
  })
})

describe("a tenant's owner", () => {
  it("reaches the tenant's own people and invitations only: others are not found", async () => {
    const owner = await joinAs(server, { inviter: operator, username: "anna", role: "owner", tenant: "acme" })
    const foreign = await joinAs(server, { inviter: operator, username: "otto", role: "owner", tenant: "blue" })
    await invite(foreign, { role: "viewer", note: "of blue" })
    const invitation = data<Invitation[]>(await foreign.query("members.invitations"))[0]?.id
    expect((await members(owner)).map(({ username }) => username)).toEqual(["anna"])
    expect(data<Invitation[]>(await owner.query("members.invitations"))).toEqual([])
    for (const userId of [await idOf("otto", "blue"), await idOf("operator"), "nobody"]) {
      for (const [operation, input] of [
        ["members.change", { role: "viewer" }],
        ["members.remove", {}],
        ["members.resetLink", {}],
        ["members.unlock", {}],
      ] as const) {
        const answer = await owner.mutate(operation, { userId, ...input })
        expect([operation, answer.status]).toEqual([operation, 404])
        expect(answer.body.toString()).not.toContain("otto")
      }
    }
    expect((await owner.mutate("members.revokeInvitation", { id: invitation })).status).toBe(404)
    expect((await owner.query("members.list", { tenant: "blue" })).status).toBe(404)
  })

  it("is the last one until there is another", async () => {
    const owner = await joinAs(server, { inviter: operator, username: "anna", role: "owner", tenant: "acme" })
    const { userId } = await me(owner)
    expect((await owner.mutate("members.remove", { userId })).status).toBe(409)
    expect((await operator.mutate("members.change", { userId, role: "viewer" })).status).toBe(409)
    await joinAs(server, { inviter: owner, username: "ben", role: "owner" })
    expect((await owner.mutate("members.change", { userId, role: "viewer" })).status).toBe(200)
    await expect.poll(async () => (await me(owner)).role).toBe("viewer")
  })
})

describe("the last operator", () => {
  it("stays, also when two demote each other at the same time", async () => {
    const { userId } = await me(operator)
    expect((await operator.mutate("members.remove", { userId })).status).toBe(409)
    expect((await operator.mutate("members.change", { userId, role: "support" })).status).toBe(409)
    const second = await joinAs(server, { inviter: operator, username: "sara", role: "operator" })
    const other = (await me(second)).userId
    const statuses = await Promise.all([
      operator.mutate("members.change", { userId: other, role: "support" }),
      second.mutate("members.change", { userId, role: "support" }),
    ])
    // The one whose role was taken in the meantime is refused either way.
    expect(statuses.filter(({ status }) => status === 200)).toHaveLength(1)
    const left = await withDatabase(server, (sql) => sql.all(`SELECT count(*) AS count FROM "user" WHERE role = 'operator'`))
    expect(left).toEqual([{ count: 1 }])
  })
})

describe("a member who is removed or changed while signed in", () => {
  it("is cut at once, with all WebSockets, and is nobody afterwards", async () => {
    const member = await joinAs(server, { inviter: operator, username: "ben", role: "member", tenant: "acme" })
    const sockets = [member.webSocket("/trpc"), member.webSocket("/ws/terminal?ticket=none")]
    const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once("close", resolve))))
    await new Promise((resolve) => sockets[0]?.once("open", resolve))
    expect((await operator.mutate("members.remove", { userId: await idOf("ben", "acme") })).status).toBe(200)
    expect(await closed).toEqual([4401, expect.any(Number)])
    expect((await member.query("session.me")).status).toBe(401)
    expect((await new Browser(server).signIn("ben", GOOD_PASSWORD)).status).toBe(401)
    const left = await withDatabase(server, (sql) =>
      sql.all('SELECT count(*) AS count FROM session WHERE "userId" NOT IN (SELECT id FROM "user")'),
    )
    expect(left).toEqual([{ count: 0 }])
  })

  it("comes back with the new role", async () => {
    const member = await joinAs(server, { inviter: operator, username: "ben", role: "member", tenant: "acme" })
    const socket = member.webSocket("/trpc")
    await new Promise((resolve) => socket.once("open", resolve))
    const closed = new Promise((resolve) => socket.once("close", resolve))
    const changed = data<Member>(await operator.mutate("members.change", { userId: await idOf("ben", "acme"), role: "viewer" }))
    expect(changed).toMatchObject({ username: "ben", role: "viewer" })
    expect(await closed).toBe(4401)
    expect(await me(member)).toMatchObject({ role: "viewer", tenant: "acme" })
  })

  it("is nobody when the role does not go with the tenant", async () => {
    const member = await joinAs(server, { inviter: operator, username: "ben", role: "member", tenant: "acme" })
    for (const change of ["role = 'operator'", `role = 'member', "tenantName" = NULL`, "role = 'king'"]) {
      await withDatabase(server, (sql) => sql.run(`UPDATE "user" SET ${change} WHERE username = 'ben'`))
      expect((await member.query("session.me")).status).toBe(401)
      expect((await member.auth("passkey/list-user-passkeys")).status).toBe(401)
    }
  })
})

describe("a reset link", () => {
  it("sets the password once, ends all sign-ins and lifts the lock", async () => {
    const member = await joinAs(server, { inviter: operator, username: "ben", role: "member", tenant: "acme" })
    for (let attempt = 0; attempt < 5; attempt++) await new Browser(server).signIn("ben", "guess guess")
    const userId = await idOf("ben", "acme")
    expect((await members(operator, "acme"))[0]?.lockedUntil).toBe(now + 60_000)
    const older = tokenOf(data<OneTimeLink>(await operator.mutate("members.resetLink", { userId })))
    const link = data<OneTimeLink>(await operator.mutate("members.resetLink", { userId }))
    expect(link.expiresAt).toBe(now + DAY_MS)
    const reset = (token: string, password = "gravel-lantern-harbour-14") => new Browser(server).auth("reset", { token, password })
    expect((await reset(older)).status).toBe(404)
    expect((await reset(tokenOf(link), "password1234")).status).toBe(400)
    const statuses = await Promise.all(Array.from({ length: 5 }, async () => (await reset(tokenOf(link))).status))
    expect(statuses.sort()).toEqual([200, 404, 404, 404, 404])
    expect((await member.query("session.me")).status).toBe(401)
    expect((await new Browser(server).signIn("ben", GOOD_PASSWORD)).status).toBe(401)
    expect((await new Browser(server).signIn("ben", "gravel-lantern-harbour-14")).status).toBe(200)
  })

  it("ends after a day; unlocking needs no new password", async () => {
    await joinAs(server, { inviter: operator, username: "ben", role: "member", tenant: "acme" })
    const userId = await idOf("ben", "acme")
    const link = data<OneTimeLink>(await operator.mutate("members.resetLink", { userId }))
    now += DAY_MS
    expect((await new Browser(server).auth("reset", { token: tokenOf(link), password: GOOD_PASSWORD })).status).toBe(404)
    for (let attempt = 0; attempt < 5; attempt++) await new Browser(server).signIn("ben", "guess guess")
    expect((await new Browser(server).signIn("ben", GOOD_PASSWORD)).status).toBe(429)
    await operator.mutate("members.unlock", { userId })
    expect((await new Browser(server).signIn("ben", GOOD_PASSWORD)).status).toBe(200)
  })
})
