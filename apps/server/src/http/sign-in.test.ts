import { existsSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Me, SessionSummary } from "../contract/session.js"
import { providerOf } from "../db/open-database.js"
import { fakeEngine } from "../testing/fake-engine.js"
import { ORIGIN, PASSWORD, startTestServer, type TestServer, upgradeStatus } from "../testing/test-server.js"

let server: TestServer
beforeEach(async () => {
  server = await startTestServer({ openEngine: async () => fakeEngine() })
})
afterEach(() => server.remove())

const data = <T>(answer: { json(): unknown }): T => (answer.json() as { result: { data: T } }).result.data
const json = { "content-type": "application/json", origin: ORIGIN }
const signIn = (body: object, headers: Record<string, string> = {}) =>
  server.request("/api/auth/sign-in/username", { method: "POST", headers: { ...json, ...headers }, body: JSON.stringify(body) })

let guesses = 0
/** Of an account each time, so that none is locked. */
const guess = () => ({ username: `guess${guesses++}`, password: "guess guess" })

describe("signing in", () => {
  it("gives a cookie that scripts and other sites cannot use, and no token in the answer", async () => {
    const answer = await signIn({ username: "operator", password: PASSWORD })
    const [cookie = ""] = answer.headers["set-cookie"] ?? []
    expect(cookie).toMatch(/HttpOnly/)
    expect(cookie).toMatch(/SameSite=Lax/)
    const value = decodeURIComponent(cookie.split(/[=;]/)[1] ?? "")
    expect(answer.body.toString()).not.toContain(value.split(".")[0])
    expect(answer.body.toString()).not.toContain("token")
    const https = await signIn({ username: "operator", password: PASSWORD }, { "x-forwarded-proto": "https", origin: "https://localhost" })
    expect(https.headers["set-cookie"]?.[0]).toMatch(/^__Secure-.*Secure/)
  })

  it("works with the cookie, survives a restart, and ends with it", async () => {
    const cookie = await server.signIn()
    expect(data<Me>(await server.query("session.me", undefined, { cookie }))).toMatchObject({ username: "operator", role: "operator" })
    await server.restart()
    expect((await server.query("session.me", undefined, { cookie })).status).toBe(200)
    expect((await server.request("/api/auth/sign-out", { method: "POST", headers: { ...json, cookie }, body: "{}" })).status).toBe(200)
    expect((await server.query("session.me", undefined, { cookie })).status).toBe(401)
  })

  it("tells a wrong name and a wrong password apart for nobody", async () => {
    const wrongPassword = await signIn({ username: "operator", password: "wrong horse battery" })
    const wrongName = await signIn({ username: "root", password: PASSWORD })
    expect([wrongPassword.status, wrongName.status]).toEqual([401, 401])
    expect(wrongPassword.json()).toEqual(wrongName.json())
  })

  it("stops an address that guesses, and no other", async () => {
    const from = (address: string) => signIn(guess(), { "x-forwarded-for": address })
    const statuses: number[] = []
    for (let attempt = 0; attempt < 12; attempt++) statuses.push((await from("192.0.2.1")).status)
    expect(statuses.slice(0, 10)).toEqual(Array.from({ length: 10 }, () => 401))
    expect(statuses.slice(10)).toEqual([429, 429])
    expect((await from("192.0.2.2")).status).toBe(401)
  })

  it("stops who guesses from ever new addresses of one IPv6 network, and not the next network", async () => {
    const from = (address: string) => signIn(guess(), { "x-forwarded-for": address })
    const statuses: number[] = []
    for (let attempt = 0; attempt < 11; attempt++) statuses.push((await from(`2001:db8:0:1::${attempt + 1}`)).status)
    expect(statuses.at(-1)).toBe(429)
    expect((await from("2001:db8:0:2::1")).status).toBe(401)
  })

  it("is closed to new accounts, and serves nothing of the library that the console does not use", async () => {
    for (const path of [
      "sign-up/email",
      "update-user",
      "delete-user",
      "change-email",
      "change-password",
      "list-sessions",
      "is-username-available",
      "sign-in/email",
    ]) {
      expect((await server.request(`/api/auth/${path}`, { method: "POST", headers: json, body: "{}" })).status, path).toBe(404)
    }
  })

  it("makes an account wait that is guessed at from many addresses, and tells nobody whether there is one", async () => {
    const answers: { status: number; body: Buffer; headers: Record<string, unknown> }[] = []
    for (const username of ["operator", "nobody"]) {
      for (let attempt = 0; attempt < 5; attempt++)
        expect((await signIn({ username, password: "guess guess" }, { "x-forwarded-for": `192.0.2.${attempt}` })).status).toBe(401)
      answers.push(await signIn({ username, password: PASSWORD }, { "x-forwarded-for": "192.0.2.99" }))
    }
    expect(answers.map(({ status, headers }) => [status, headers["retry-after"]])).toEqual([
      [429, "60"],
      [429, "60"],
    ])
    const [known, unknown] = answers.map(({ body }) => (JSON.parse(body.toString()) as { error: { publicMessage: string } }).error)
    expect(known).toEqual(unknown)
    expect(known?.publicMessage).toContain("Wait 60 seconds")
  })

  it("refuses bodies that are too large or no JSON", async () => {
    const tooLarge = await signIn({ username: "operator", password: "x".repeat(20_000) })
    expect(tooLarge.status).toBe(413)
    expect(tooLarge.json()).toMatchObject({ error: { publicMessage: expect.stringContaining("Send less at once") } })
    expect((await server.request("/api/auth/sign-in/username", { method: "POST", headers: json, body: "{" })).status).toBe(400)
  })
})

describe("a request that asks for many things at once", () => {
  it("is bounded", async () => {
    const cookie = await server.signIn()
    const batch = (count: number) =>
      server.request(`/trpc/${Array.from({ length: count }, () => "session.me").join(",")}?batch=1&input=%7B%7D`, { headers: { cookie } })
    expect((await batch(100)).status).toBe(200)
    expect((await batch(101)).status).toBe(400)
  })
})

describe("behind a proxy that speaks https", () => {
  it("cookies are secure, because the public origin says so", async () => {
    const proxied = await startTestServer({
      openEngine: async () => fakeEngine(),
      environment: { PLIMSOLL_PUBLIC_ORIGINS: "https://console.example" },
    })
    try {
      const headers = { ...json, origin: "https://console.example", "x-forwarded-host": "console.example", "x-forwarded-proto": "http" }
      const answer = await proxied.request("/api/auth/sign-in/username", {
        method: "POST",
        headers,
        body: JSON.stringify({ username: "operator", password: PASSWORD }),
      })
      const cookie = answer.headers["set-cookie"]?.[0] ?? ""
      expect(cookie).toMatch(/^__Secure-.*Secure/)
      expect((await proxied.query("session.me", undefined, { ...headers, cookie: cookie.split(";")[0] ?? "" })).status).toBe(200)
    } finally {
      await proxied.remove()
    }
  })
})

describe("sessions", () => {
  it("are listed, and one that is revoked ends at once with its connections", async () => {
    const [mine, other] = [await server.signIn(), await server.signIn()]
    const sessions = data<SessionSummary[]>(await server.query("session.sessions", undefined, { cookie: mine }))
    expect(sessions.map(({ current }) => current).sort()).toEqual([false, true])
    const socket = server.webSocket("/trpc", { cookie: other })
    await new Promise((resolve) => socket.once("open", resolve))
    const closed = new Promise<number>((resolve) => socket.once("close", resolve))
    const id = sessions.find(({ current }) => !current)?.id
    expect((await server.mutate("session.revoke", { id }, { cookie: mine })).status).toBe(200)
    expect(await closed).toBe(4401)
    expect((await server.query("session.me", undefined, { cookie: other })).status).toBe(401)
    expect((await server.query("session.me", undefined, { cookie: mine })).status).toBe(200)
    expect((await server.mutate("session.revoke", { id }, { cookie: mine })).status).toBe(404)
  })

  it("end elsewhere when the password is changed, which needs the current one", async () => {
    const [mine, other] = [await server.signIn(), await server.signIn()]
    const change = (currentPassword: string) =>
      server.mutate("session.changePassword", { currentPassword, newPassword: "another long one" }, { cookie: mine })
    expect((await change("not this one")).status).toBe(400)
    expect((await change(PASSWORD)).status).toBe(200)
    expect((await server.query("session.me", undefined, { cookie: mine })).status).toBe(200)
    expect((await server.query("session.me", undefined, { cookie: other })).status).toBe(401)
    expect((await signIn({ username: "operator", password: PASSWORD })).status).toBe(401)
    expect((await signIn({ username: "operator", password: "another long one" })).status).toBe(200)
  })

  it("are not given for a new password that is easy to guess, and say why", async () => {
    const cookie = await server.signIn()
    const answer = await server.mutate("session.changePassword", { currentPassword: PASSWORD, newPassword: "operator-2026" }, { cookie })
    expect(answer.status).toBe(400)
    expect(answer.body.toString()).toContain("too easy to guess")
    expect((await signIn({ username: "operator", password: PASSWORD })).status).toBe(200)
  })

  it("do not let a thief of a session guess the password", async () => {
    const cookie = await server.signIn()
    const guesses = await Promise.all(
      Array.from({ length: 8 }, () =>
        server.mutate("session.changePassword", { currentPassword: "guess", newPassword: "another long one" }, { cookie }),
      ),
    )
    expect(guesses.map(({ status }) => status).sort()).toEqual([400, 400, 400, 400, 400, 403, 403, 403])
  })
})

describe("the first start", () => {
  it("leaves a random password for its owner only, once, and nobody else's log has it", async () => {
    const fresh = await startTestServer({ openEngine: async () => fakeEngine(), environment: { PLIMSOLL_OPERATOR_PASSWORD: "" } })
    try {
      const file = join(fresh.runDirectory, "first-password")
      const password = readFileSync(file, "utf8").trim()
      expect(password.length).toBeGreaterThanOrEqual(20)
      expect(statSync(file).mode & 0o777).toBe(0o600)
      expect(statSync(join(fresh.dataDirectory, "auth-secret")).mode & 0o777).toBe(0o600)
      if (providerOf(fresh.databaseUrl) === "sqlite") expect(statSync(join(fresh.dataDirectory, "console.db")).mode & 0o777).toBe(0o600)
      const answer = await fresh.request("/api/auth/sign-in/username", {
        method: "POST",
        headers: json,
        body: JSON.stringify({ username: "operator", password }),
      })
      expect(answer.status).toBe(200)
      expect(fresh.logLines.join("")).not.toContain(password)
      const cookie = (answer.headers["set-cookie"]?.[0] ?? "").split(";")[0] ?? ""
      expect(fresh.logLines.join("")).not.toContain(decodeURIComponent(cookie.split("=")[1] ?? "").split(".")[0])
      await fresh.mutate("session.changePassword", { currentPassword: password, newPassword: "another long one" }, { cookie })
      expect(existsSync(file)).toBe(false)
      await fresh.restart()
      expect(existsSync(file)).toBe(false)
    } finally {
      await fresh.remove()
    }
  })
})

it("a weak password of the environment is used, and the log warns without it", async () => {
  const weak = await startTestServer({ openEngine: async () => fakeEngine(), environment: { PLIMSOLL_OPERATOR_PASSWORD: "qwertyuiop" } })
  try {
    await expect.poll(() => weak.logLines.join(""), { timeout: 9000 }).toContain("PLIMSOLL_OPERATOR_PASSWORD is easy to guess")
    expect(weak.logLines.join("")).not.toContain("qwertyuiop")
  } finally {
    await weak.remove()
  }
})

describe("other sites", () => {
  it("are refused by Host, and by Origin on what changes and on WebSockets, also with a good cookie", async () => {
    const cookie = await server.signIn()
    expect((await server.query("session.me", undefined, { cookie, host: "evil.example" })).status).toBe(403)
    expect((await server.query("session.me", undefined, { cookie, "x-forwarded-host": "localhost.evil.example" })).status).toBe(403)
    expect((await server.mutate("containers.start", { id: "x" }, { cookie, origin: "http://evil.example" })).status).toBe(403)
    expect((await server.mutate("containers.start", { id: "x" }, { cookie, origin: "null" })).status).toBe(403)
    expect((await server.mutate("containers.start", { id: "x" }, { cookie, origin: "http://localhost:81" })).status).toBe(403)
    for (const path of ["/trpc", "/ws/terminal?ticket=x"]) {
      expect(await upgradeStatus(server.webSocket(path, { cookie, origin: "http://evil.example" }))).toBe(403)
      expect(await upgradeStatus(server.webSocket(path, { cookie, host: "evil.example" }))).toBe(403)
      expect(await upgradeStatus(server.webSocket(path))).toBe(401)
    }
    expect(await upgradeStatus(server.webSocket("/nothing", { cookie }))).toBe(404)
    expect(await upgradeStatus(server.webSocket("/trpc", { cookie }))).toBe(101)
  })
})
