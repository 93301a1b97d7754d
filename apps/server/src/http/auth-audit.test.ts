import rateLimit from "@fastify/rate-limit"
import Fastify, { type FastifyInstance } from "fastify"
import { afterEach, beforeEach, expect, it } from "vitest"
import type { AuditEntry } from "../services/audit/audit.js"
import { createMembers } from "../services/members/create-members.js"
import { createAuthByScheme } from "../services/session/create-auth.js"
import { createSessions } from "../services/session/create-sessions.js"
import { ensureOperator } from "../services/session/ensure-operator.js"
import { createLockout } from "../services/session/lockout.js"
import type { SignedIn } from "../services/session/sessions.js"
import { UsedCodes } from "../services/session/used-codes.js"
import { createTokens } from "../services/tokens/create-tokens.js"
import { authenticatorCode } from "../testing/browser.js"
import { GOOD_PASSWORD, tokenOf } from "../testing/make-tenant.js"
import { type TemporaryDatabase, temporaryDatabase } from "../testing/temporary-database.js"
import { PASSWORD } from "../testing/test-server.js"
import { authAsker } from "./ask-auth.js"
import { authRoutes } from "./auth-routes.js"
import { linkRoutes } from "./link-routes.js"

let temporary: TemporaryDatabase
let app: FastifyInstance
let entries: AuditEntry[]
let members: ReturnType<typeof createMembers>

beforeEach(async () => {
  temporary = await temporaryDatabase()
  entries = []
  const { prisma } = temporary.database
  const now = Date.now
  const onEnded = () => undefined
  const onPasswordChanged = async () => undefined
  const onError = (error: unknown) => {
    throw error
  }
  const auth = createAuthByScheme({ database: temporary.database, secret: "a secret of at least 32 characters", cookiePrefix: "test" })
  await ensureOperator({ auth: auth.http, prisma, password: PASSWORD, runDirectory: temporary.directory })
  const lockout = createLockout({ prisma, now })
  const tokens = createTokens({ prisma, now, onError, onEnded, within: async (_tenant, _resource, _count, work) => work() })
  const hashPassword = async (password: string) => (await auth.http.$context).password.hash(password)
  members = createMembers({ prisma, now, hashPassword, onEnded, onPasswordChanged })
  const sessions = createSessions({
    ...{ auth, prisma, now, publicOrigins: [], onError, tokens, lockout, onPasswordChanged, onEnded },
    recogniseLocal: () => null,
    knowsTenant: async () => false,
  })
  const audit = {
    record: async (entry: AuditEntry) => {
      entries.push(entry)
    },
  }
  app = Fastify()
  await app.register(rateLimit, { global: false })
  const ask = authAsker(auth, [])
  authRoutes(app, { ask, auth, sessions, lockout, usedCodes: new UsedCodes(now), publicOrigins: [], audit })
  linkRoutes(app, { ask, members, sessions, audit })
}, 60_000)
afterEach(async () => {
  await app.close()
  await temporary.remove()
})

const post = (path: string, payload: object, cookie = "") =>
  app.inject({ method: "POST", url: `/api/auth/${path}`, payload, headers: { host: "localhost", ...(cookie !== "" && { cookie }) } })
const cookiesOf = ({ cookies }: { cookies: { name: string; value: string }[] }) =>
  cookies.map(({ name, value }) => `${name}=${encodeURIComponent(value)}`).join("; ")
const told = () =>
  entries.map(({ operation, session, claimedName, result, error }) => [operation, session?.username ?? claimedName, result, error?.code])

it("sign-ins, refused ones, second steps and sign-outs are audited with who, from where and how it went, and without secrets", async () => {
  await post("sign-in/username", { username: "operator", password: "guess guess" })
  await post("sign-in/username", { username: "nobody", password: "guess guess" })
  let cookie = cookiesOf(await post("sign-in/username", { username: "operator", password: PASSWORD }))
  const { totpURI } = (await post("two-factor/enable", { password: PASSWORD }, cookie)).json<{ totpURI: string }>()
  cookie = cookiesOf(await post("two-factor/verify-totp", { code: authenticatorCode(totpURI) }, cookie))
  await post("two-factor/disable", { password: "guess guess" }, cookie)
  await post("sign-out", {}, cookie)
  const challenge = cookiesOf(await post("sign-in/username", { username: "operator", password: PASSWORD }))
  await post("two-factor/verify-totp", { code: "000000" }, challenge)
  await post("two-factor/verify-totp", { code: authenticatorCode(totpURI, 1) }, challenge)
  expect(told()).toEqual([
    ["sign-in", "operator", "refused", "INVALID_USERNAME_OR_PASSWORD"],
    ["sign-in", "nobody", "refused", "INVALID_USERNAME_OR_PASSWORD"],
    ["sign-in", "operator", "done", undefined],
    ["two-factor-begin", "operator", "done", undefined],
    ["two-factor-enable", "operator", "done", undefined],
    ["two-factor-disable", "operator", "refused", "INVALID_PASSWORD"],
    ["sign-out", "operator", "done", undefined],
    ["sign-in", "operator", "refused", "INVALID_CODE"],
    ["sign-in", "operator", "done", undefined],
  ])
  expect(entries.map(({ session }) => session?.role ?? null)).toEqual([null, null, ...Array(5).fill("operator"), null, "operator"])
  expect(entries.every(({ address }) => address === "127.0.0.1")).toBe(true)
  expect(JSON.stringify(entries)).not.toMatch(/guess guess|correct horse|otpauth|000000/)
})

it("a locked account, invitations and resets are audited", async () => {
  for (let attempt = 0; attempt < 6; attempt++) await post("sign-in/username", { username: "nobody", password: "guess guess" })
  expect(told().at(-1)).toEqual(["sign-in", "nobody", "refused", "permission_denied"])
  entries = []
  const operator = { tenant: null, username: "operator" } as SignedIn
  const token = tokenOf(await members.invite(operator, { role: "support", note: "" }))
  const account = { token, username: "sara", name: "Sara", password: GOOD_PASSWORD }
  expect((await post("invitation", account)).statusCode).toBe(200)
  await post("invitation", { ...account, username: "other" })
  const sara = (await members.list(operator, undefined)).find(({ username }) => username === "sara")
  const link = tokenOf(await members.resetLink(operator, sara?.userId ?? ""))
  await post("reset", { token: link, password: "password1234" })
  await post("reset", { token: link, password: "gravel-lantern-harbour-14" })
  expect(told()).toEqual([
    ["accept-invitation", "sara", "done", undefined],
    ["sign-in", "sara", "done", undefined],
    ["accept-invitation", "other", "refused", "not_found"],
    ["reset-password", undefined, "refused", "invalid_argument"],
    ["reset-password", "sara", "done", undefined],
  ])
  expect(JSON.stringify(entries)).not.toMatch(/lantern|password1234/)
  expect(JSON.stringify(entries)).not.toContain(token)
})
