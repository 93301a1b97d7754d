import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Me } from "../contract/session.js"
import type { ApiToken, NewApiToken } from "../contract/tokens.js"
import { type Browser, data, signedIn } from "../testing/browser.js"
import { joinAs, makeTenant } from "../testing/make-tenant.js"
import { someTerms } from "../testing/tenancy.js"
import { tenantEngine } from "../testing/tenant-engine.js"
import { startTestServer, type TestServer, upgradeStatus } from "../testing/test-server.js"

const HOUR_MS = 3_600_000
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

const make = async (browser: Browser, token: object) =>
  data<NewApiToken>(await browser.mutate("tokens.create", { name: "deploy", scope: "read", expiresAt: null, ...token }))
const bearer = ({ token }: { token: string }, more: Record<string, string> = {}) => ({ authorization: `Bearer ${token}`, ...more })
const ask = (token: { token: string }, path = "session.me", more: Record<string, string> = {}) =>
  server.query(path, undefined, bearer(token, more))
const list = async (browser: Browser, tenant?: string) =>
  data<ApiToken[]>(await browser.query("tokens.list", tenant === undefined ? undefined : { tenant }))

describe("an API token", () => {
  it.each([
    ["acme", "read", "viewer"],
    ["acme", "write", "member"],
    [undefined, "read", "support"],
    [undefined, "write", "operator"],
  ] as const)("of %s to %s is a %s", async (tenant, scope, role) => {
    const made = await make(operator, { scope, ...(tenant && { tenant }) })
    expect(made.token).toMatch(/^plt_[\w-]{43}$/)
    expect(made.entry).toMatchObject({
      name: "deploy",
      tenant: tenant ?? null,
      scope,
      createdBy: "operator",
      start: made.token.slice(0, 8),
    })
    expect(data<Me>(await ask(made))).toMatchObject({ username: "token:deploy", role, tenant: tenant ?? null, lookingAs: null })
  })

  it("is for programs: no Origin, or any, over HTTP, streams and WebSockets, and never together with a cookie", async () => {
    const token = await make(operator, { scope: "write", tenant: "acme" })
    const change = (headers: Record<string, string>) => server.mutate("containers.start", { id: "none" }, bearer(token, headers))
    expect((await change({ origin: "https://ci.example" })).status).toBe(404)
    expect((await change({ origin: "https://ci.example", cookie: operator.cookie })).status).toBe(403)
    expect((await change({ host: "evil.example" })).status).toBe(403)
    expect((await server.request("/api/containers/none/logs", { headers: bearer(token) })).status).toBe(404)
    expect(await upgradeStatus(server.webSocket("/trpc", bearer(token, { origin: "https://ci.example" })))).toBe(101)
    // A token that is none does not fall back to the cookie.
    expect((await ask({ token: "plt_none" }, "session.me", { cookie: operator.cookie })).status).toBe(401)
    expect(data<Me>(await ask(token, "session.me", { cookie: operator.cookie })).role).toBe("member")
    // What a proxy before the console asked for is not for the console.
    const basic = { authorization: "Basic b3BzOm9wcw==", cookie: operator.cookie }
    expect(data<Me>(await server.query("session.me", undefined, basic)).role).toBe("operator")
  })

  it("makes no tokens and no members, and has no sign-in to manage", async () => {
    const token = await make(operator, { scope: "write" })
    for (const [path, input] of [
      ["tokens.create", { name: "x", scope: "read", expiresAt: null }],
      ["tokens.revoke", { id: token.entry.id }],
      ["members.invite", { role: "operator" }],
      ["members.remove", { userId: "x" }],
      ["members.resetLink", { userId: "x" }],
      ["session.changePassword", { currentPassword: "x", newPassword: "harbour-lantern-gravel-41" }],
      ["session.lookAs", { tenant: "acme" }],
      ["session.revoke", { id: "x" }],
    ] as const) {
      const answer = await server.mutate(path, input, bearer(token))
      expect([path, answer.status]).toEqual([path, 403])
      expect(answer.body.toString()).toContain("only a person")
    }
    expect((await ask(token, "session.sessions")).status).toBe(403)
    expect((await ask(token, "members.list")).status).toBe(200)
    expect((await server.request("/api/auth/passkey/list-user-passkeys", { headers: bearer(token) })).status).toBe(401)
  })

  it("that only reads changes nothing", async () => {
    const token = await make(operator, { tenant: "acme" })
    expect((await ask(token, "containers.list")).status).toBe(200)
    expect((await server.mutate("containers.start", { id: "none" }, bearer(token))).status).toBe(403)
    expect((await ask(token, "host.info")).status).toBe(403)
  })

  it("ends at its time, also when the clock jumps, and says so", async () => {
    expect((await operator.mutate("tokens.create", { name: "late", scope: "read", expiresAt: now })).status).toBe(400)
    const token = await make(operator, { expiresAt: now + HOUR_MS })
    now += HOUR_MS - 1
    expect((await ask(token)).status).toBe(200)
    now -= 24 * HOUR_MS
    expect((await ask(token)).status).toBe(200)
    now += 48 * HOUR_MS
    const expired = await ask(token)
    expect(expired.status).toBe(401)
    expect(expired.body.toString()).toContain("has expired or was revoked")
    expect(await upgradeStatus(server.webSocket("/trpc", bearer(token)))).toBe(401)
  })

  it("that is revoked ends at once with its connections, and is told once", async () => {
    const token = await make(operator, {})
    const socket = server.webSocket("/trpc", bearer(token))
    await new Promise((resolve) => socket.once("open", resolve))
    const closed = new Promise((resolve) => socket.once("close", resolve))
    expect((await operator.mutate("tokens.revoke", { id: token.entry.id })).status).toBe(200)
    expect(await closed).toBe(4401)
    expect((await ask(token)).status).toBe(401)
    expect((await operator.mutate("tokens.revoke", { id: token.entry.id })).status).toBe(404)
    expect(await list(operator)).toEqual([])
  })

  it("says when and from where it was used, to the minute", async () => {
    const token = await make(operator, {})
    const used = async () => {
      const [entry] = await list(operator)
      return [entry?.lastUsedAt, entry?.lastUsedFrom]
    }
    expect(await used()).toEqual([null, null])
    const first = now
    await ask(token, "session.me", { "x-forwarded-for": "192.0.2.7" })
    now += 59_000
    await ask(token, "session.me", { "x-forwarded-for": "192.0.2.8" })
    expect(await used()).toEqual([first, "192.0.2.7"])
    now += 1000
    await ask(token, "session.me", { "x-forwarded-for": "192.0.2.8" })
    expect(await used()).toEqual([first + 60_000, "192.0.2.8"])
  })

  it("takes one of the plan's places, also when twenty are made at the same time; those that ended take none", async () => {
    const create = (expiresAt: number | null) =>
      operator.mutate("tokens.create", { tenant: "acme", name: "deploy", scope: "read", expiresAt })
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(now + HOUR_MS)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(someTerms.tokens)
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.body.toString()).toContain("quota_exceeded")
    now += HOUR_MS
    expect((await create(null)).status).toBe(200)
  })

  it("of another tenant is not there", async () => {
    const owner = await joinAs(server, { inviter: operator, username: "anna", role: "owner", tenant: "acme" })
    const own = await make(owner, {})
    const foreign = await make(operator, { tenant: "blue" })
    expect(own.entry.tenant).toBe("acme")
    expect((await list(owner)).map(({ id }) => id)).toEqual([own.entry.id])
    for (const id of [foreign.entry.id, (await make(operator, {})).entry.id, "none"])
      expect((await owner.mutate("tokens.revoke", { id })).status).toBe(404)
    expect((await owner.query("tokens.list", { tenant: "blue" })).status).toBe(404)
    expect((await owner.mutate("tokens.create", { tenant: "blue", name: "x", scope: "read", expiresAt: null })).status).toBe(404)
    expect((await ask(foreign)).status).toBe(200)
  })
})
