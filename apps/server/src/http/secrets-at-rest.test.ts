import { expect, it } from "vitest"
import type { OneTimeLink } from "../contract/members.js"
import type { Me, TwoFactorStart } from "../contract/session.js"
import type { NewApiToken } from "../contract/tokens.js"
import { authenticatorCode, data, fromBase32, signedIn } from "../testing/browser.js"
import { GOOD_PASSWORD, joinAs, makeTenant, tokenOf } from "../testing/make-tenant.js"
import { everythingIn } from "../testing/temporary-database.js"
import { tenantEngine } from "../testing/tenant-engine.js"
import { localAuthorization, PASSWORD, startTestServer } from "../testing/test-server.js"

it("no secret of a sign-in is in the database or the log as it is used", async () => {
  const server = await startTestServer({ openEngine: async () => tenantEngine(), environment: { PLIMSOLL_LOG_LEVEL: "trace" } })
  try {
    const operator = await signedIn(server)
    await makeTenant(operator, "acme")
    const anna = await joinAs(server, { inviter: operator, username: "anna", role: "owner", tenant: "acme" })
    const { totpURI, backupCodes } = (await anna.auth("two-factor/enable", { password: GOOD_PASSWORD })).json() as TwoFactorStart
    await anna.auth("two-factor/verify-totp", { code: authenticatorCode(totpURI) })
    const { userId } = data<Me>(await anna.query("session.me"))
    const links = [
      data<OneTimeLink>(await operator.mutate("members.invite", { role: "support" })),
      data<OneTimeLink>(await operator.mutate("members.resetLink", { userId })),
    ]
    const { token } = data<NewApiToken>(await anna.mutate("tokens.create", { name: "ci", scope: "write", expiresAt: null }))
    expect((await server.query("session.me", undefined, { authorization: `Bearer ${token}` })).status).toBe(200)
    await anna.auth("two-factor/verify-totp", { code: "000000" })
    // What a cookie holds is a name of a session and a signature; neither the signature nor the whole is kept.
    const signatures = [operator.cookie, anna.cookie].map((cookie) => decodeURIComponent(cookie).split(".").at(-1) ?? "")
    const secret = new URL(totpURI).searchParams.get("secret") ?? ""
    const secrets = [
      PASSWORD,
      GOOD_PASSWORD,
      secret,
      fromBase32(secret).toString("latin1"),
      ...backupCodes,
      ...links.map(tokenOf),
      token,
      ...signatures,
    ]
    expect(secrets.every((text) => text.length >= 10)).toBe(true)
    const kept = await everythingIn(server.databaseUrl)
    const logged = server.logLines.join("")
    expect(kept).toContain("anna")
    for (const text of [...secrets, localAuthorization(server)["authorization"]?.slice(7) ?? ""]) {
      expect(kept.includes(text), `database has ${text}`).toBe(false)
      expect(logged.includes(text), `log has ${text}`).toBe(false)
    }
    const list = (await operator.query("tokens.list", { tenant: "acme" })).body.toString()
    expect(list).toContain("ci")
    expect(list).not.toContain(token)
  } finally {
    await server.remove()
  }
}, 30_000)
