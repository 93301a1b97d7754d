import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Me, TwoFactorStart } from "../contract/session.js"
import { authenticatorCode, Browser, data, signedIn } from "../testing/browser.js"
import { fakeEngine } from "../testing/fake-engine.js"
import { SoftwareAuthenticator } from "../testing/software-authenticator.js"
import { ORIGIN, PASSWORD, startTestServer, type TestServer } from "../testing/test-server.js"

let server: TestServer
beforeEach(async () => {
  server = await startTestServer({ openEngine: async () => fakeEngine() })
}, 60_000)
afterEach(() => server.remove())

interface CreationOptions {
  challenge: string
  rp: { id: string; name: string }
  user: { name: string }
  authenticatorSelection: { userVerification: string }
}
interface RequestOptions {
  challenge: string
  rpId: string
  userVerification: string
}

async function add(browser: Browser, device: SoftwareAuthenticator, name = "laptop") {
  const options = (await browser.auth("passkey/generate-register-options")).json() as CreationOptions
  return { options, answer: await browser.auth("passkey/verify-registration", { response: device.register(options), name }) }
}

async function use(browser: Browser, device: SoftwareAuthenticator) {
  const options = (await browser.auth("passkey/generate-authenticate-options")).json() as RequestOptions
  const response = device.authenticate(options)
  return { options, response, answer: await browser.auth("passkey/verify-authentication", { response }) }
}

describe("a passkey", () => {
  it("is bound to the console's own address and named for the user; it signs in without password and code", async () => {
    const owner = await signedIn(server)
    const device = new SoftwareAuthenticator({ origin: ORIGIN })
    const { options, answer } = await add(owner, device)
    expect(answer.status).toBe(200)
    expect(options).toMatchObject({ rp: { id: "localhost", name: "Plimsoll" }, user: { name: "operator" } })
    expect(options.authenticatorSelection.userVerification).toBe("required")
    const { totpURI } = (await owner.auth("two-factor/enable", { password: PASSWORD })).json() as TwoFactorStart
    await owner.auth("two-factor/verify-totp", { code: authenticatorCode(totpURI) })

    const browser = new Browser(server)
    const used = await use(browser, device)
    expect(used.options).toMatchObject({ rpId: "localhost", userVerification: "required" })
    expect(used.answer.status).toBe(200)
    expect(used.answer.body.toString()).not.toContain("token")
    expect(data<Me>(await browser.query("session.me"))).toMatchObject({ username: "operator", role: "operator" })
    expect((await browser.auth("passkey/verify-authentication", { response: used.response })).status).toBe(400)
  })

  it("is refused when it is not known, was made for another site, or comes from a device that asked nobody", async () => {
    const owner = await signedIn(server)
    expect((await use(new Browser(server), new SoftwareAuthenticator({ origin: ORIGIN }))).answer.status).toBe(401)
    expect((await add(owner, new SoftwareAuthenticator({ origin: "https://evil.example" }))).answer.status).toBe(400)
    const careless = await add(owner, new SoftwareAuthenticator({ origin: ORIGIN, verifiesUser: false }))
    expect(careless.answer.status).toBe(400)
    expect(careless.answer.json()).toMatchObject({ code: "USER_NOT_VERIFIED" })
    expect((await owner.auth("passkey/list-user-passkeys")).json()).toEqual([])
    expect((await new Browser(server).auth("passkey/verify-authentication", { response: "x" })).status).toBe(400)
  })

  it("is listed, renamed and removed by its owner alone", async () => {
    const owner = await signedIn(server)
    const device = new SoftwareAuthenticator({ origin: ORIGIN })
    await add(owner, device)
    const [listed] = (await owner.auth("passkey/list-user-passkeys")).json() as { id: string; name: string }[]
    const id = listed?.id ?? ""
    expect(listed?.name).toBe("laptop")
    for (const path of ["passkey/list-user-passkeys", "passkey/generate-register-options"])
      expect((await new Browser(server).auth(path)).status).toBe(401)
    expect((await new Browser(server).auth("passkey/delete-passkey", { id })).status).toBe(401)
    expect((await owner.auth("passkey/update-passkey", { id, name: "desk" })).status).toBe(200)
    expect((await owner.auth("passkey/delete-passkey", { id })).status).toBe(200)
    expect((await use(new Browser(server), device)).answer.status).toBe(401)
  })
})
