import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Me, TwoFactorStart } from "../contract/session.js"
import { authenticatorCode, Browser, data, signedIn } from "../testing/browser.js"
import { fakeEngine } from "../testing/fake-engine.js"
import { PASSWORD, startTestServer, type TestServer } from "../testing/test-server.js"

let server: TestServer
let now: number
beforeEach(async () => {
  now = Date.now()
  server = await startTestServer({ openEngine: async () => fakeEngine(), now: () => now })
}, 60_000)
afterEach(() => server.remove())

async function enrolled(): Promise<{ browser: Browser } & TwoFactorStart> {
  const browser = await signedIn(server)
  const answer = await browser.auth("two-factor/enable", { password: PASSWORD })
  const start = answer.json() as TwoFactorStart
  expect((await browser.auth("two-factor/verify-totp", { code: authenticatorCode(start.totpURI) })).status).toBe(200)
  return { browser, ...start }
}

/** With the password; the code is due. */
async function halfWay(): Promise<Browser> {
  const browser = new Browser(server)
  const answer = await browser.signIn()
  expect(answer.json()).toEqual({ twoFactorRedirect: true, twoFactorMethods: ["totp"] })
  return browser
}

describe("codes of an authenticator app", () => {
  it("count only once one was right, and are named for the console and the user", async () => {
    const browser = await signedIn(server)
    const answer = await browser.auth("two-factor/enable", { password: PASSWORD })
    const { totpURI, backupCodes } = answer.json() as TwoFactorStart
    expect(decodeURIComponent(totpURI)).toMatch(/^otpauth:\/\/totp\/Plimsoll:operator\?/)
    expect(new Set(backupCodes).size).toBe(10)
    expect((await new Browser(server).signIn()).json()).not.toHaveProperty("twoFactorRedirect")
    expect((await browser.auth("two-factor/verify-totp", { code: "000000" })).status).toBe(401)
    expect(data<Me>(await browser.query("session.me")).twoFactor).toBe(false)
    expect((await browser.auth("two-factor/verify-totp", { code: authenticatorCode(totpURI) })).status).toBe(200)
    expect(data<Me>(await browser.query("session.me")).twoFactor).toBe(true)
  })

  it("are due after the password, and no session exists before one was right", async () => {
    const { totpURI } = await enrolled()
    const browser = await halfWay()
    expect((await browser.query("session.me")).status).toBe(401)
    expect((await browser.auth("get-session")).json()).toBeNull()
    expect((await browser.auth("two-factor/verify-totp", { code: "000000" })).json()).toMatchObject({ code: "INVALID_CODE" })
    expect((await browser.query("session.me")).status).toBe(401)
    const answer = await browser.auth("two-factor/verify-totp", { code: authenticatorCode(totpURI, 1) })
    expect(answer.status).toBe(200)
    expect(answer.body.toString()).not.toContain("token")
    expect(data<Me>(await browser.query("session.me"))).toMatchObject({ username: "operator", twoFactor: true })
  })

  it("sign in once each", async () => {
    const { totpURI } = await enrolled()
    const code = authenticatorCode(totpURI, 1)
    expect((await (await halfWay()).auth("two-factor/verify-totp", { code })).status).toBe(200)
    const again = await (await halfWay()).auth("two-factor/verify-totp", { code })
    expect(again.status).toBe(401)
    expect(again.json()).toMatchObject({ code: "INVALID_CODE", message: expect.stringContaining("Wait for the next one") })
  })

  it("need the password to be switched on or off, and make no device that needs none", async () => {
    const { browser, totpURI } = await enrolled()
    expect((await browser.auth("two-factor/disable", { password: "guess guess" })).json()).toMatchObject({ code: "INVALID_PASSWORD" })
    const other = await halfWay()
    await other.auth("two-factor/verify-totp", { code: authenticatorCode(totpURI, 1), trustDevice: true })
    expect(other.cookie).not.toContain("trust_device")
    expect((await browser.auth("two-factor/disable", { password: PASSWORD })).status).toBe(200)
    expect(data<Me>(await browser.query("session.me")).twoFactor).toBe(false)
    expect((await new Browser(server).signIn()).json()).not.toHaveProperty("twoFactorRedirect")
  })

  it("that are wrong lock the account like passwords, and a right password between them does not begin anew", async () => {
    const { totpURI } = await enrolled()
    for (let attempt = 0; attempt < 5; attempt++) {
      expect((await (await halfWay()).auth("two-factor/verify-totp", { code: "000000" })).status).toBe(401)
    }
    const locked = await new Browser(server).signIn()
    expect(locked.status).toBe(429)
    expect(locked.headers["retry-after"]).toBe("60")
    now += 60_000
    expect((await (await halfWay()).auth("two-factor/verify-totp", { code: authenticatorCode(totpURI, 1) })).status).toBe(200)
  })

  it("cut the connections of the session that they replace, and of no other", async () => {
    const browser = await signedIn(server)
    const other = await signedIn(server)
    const [replaced, kept] = await Promise.all([opened(browser), opened(other)])
    const { totpURI } = (await browser.auth("two-factor/enable", { password: PASSWORD })).json() as TwoFactorStart
    const closed = new Promise((resolve) => replaced.once("close", resolve))
    await browser.auth("two-factor/verify-totp", { code: authenticatorCode(totpURI) })
    expect(await closed).toBe(4401)
    expect(kept.readyState).toBe(kept.OPEN)
    kept.close()
  })
})

async function opened(browser: Browser) {
  const socket = browser.webSocket("/trpc")
  await new Promise((resolve) => socket.once("open", resolve))
  return socket
}

describe("recovery codes", () => {
  it("sign in once each, also when two use one at the same time", async () => {
    const { backupCodes } = await enrolled()
    const [code = ""] = backupCodes
    const browsers = [await halfWay(), await halfWay()]
    const statuses = await Promise.all(
      browsers.map(async (browser) => (await browser.auth("two-factor/verify-backup-code", { code })).status),
    )
    expect(statuses.sort()).toEqual([200, 401])
    expect((await (await halfWay()).auth("two-factor/verify-backup-code", { code })).status).toBe(401)
    expect((await (await halfWay()).auth("two-factor/verify-backup-code", { code: backupCodes[1] })).status).toBe(200)
  })

  it("are replaced by new ones, with the password", async () => {
    const { browser, backupCodes } = await enrolled()
    expect((await browser.auth("two-factor/generate-backup-codes", { password: "guess guess" })).status).toBe(400)
    const renewed = (await browser.auth("two-factor/generate-backup-codes", { password: PASSWORD })).json() as TwoFactorStart
    expect((await (await halfWay()).auth("two-factor/verify-backup-code", { code: backupCodes[0] })).status).toBe(401)
    expect((await (await halfWay()).auth("two-factor/verify-backup-code", { code: renewed.backupCodes[0] })).status).toBe(200)
  })
})
