import type { IncomingMessage, ServerResponse } from "node:http"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type LoopbackRegistry, startLoopbackRegistry } from "../conformance/loopback-registry.js"
import { type TestRegistryOptions, testRegistry } from "./test-registry.js"
import { instantClock } from "./testing/memory-sink.js"

const credentials = { username: "ada", password: "secret" }
const wrong = { ...credentials, password: "hunter2" }
const basic = `Basic ${Buffer.from("ada:secret").toString("base64")}`

let registry: LoopbackRegistry
beforeEach(async () => {
  registry = await startLoopbackRegistry()
})
afterEach(() => registry.close())

const ask = (options: TestRegistryOptions = {}) => testRegistry(registry.host, { clock: instantClock(), random: () => 0.5, ...options })

/** What `/v2/` and a token service at `/token` answer. */
function answer(answers: { base: (request: IncomingMessage, response: ServerResponse) => void; token?: object }) {
  registry.intercept = (request, response) => {
    if (request.url === "/v2/") answers.base(request, response)
    else if (request.headers.authorization === basic) response.writeHead(200).end(JSON.stringify(answers.token))
    else response.writeHead(401).end()
    return true
  }
}
const wanting = (challenge: string, accepted: string) => (request: IncomingMessage, response: ServerResponse) => {
  if (request.headers.authorization === accepted) response.writeHead(200).end("{}")
  else response.writeHead(401, { "www-authenticate": challenge }).end('{"errors":[{"code":"UNAUTHORIZED","message":"no"}]}')
}

test("one that answers everybody is told from one that wants a user name", async () => {
  answer({ base: (_, response) => response.writeHead(200).end("{}") })
  expect(await ask()).toEqual({ authentication: "none", signedIn: false })
  expect(await ask({ credentials })).toEqual({ authentication: "none", signedIn: false })
  expect(registry.seen.every(({ authorization }) => authorization === undefined)).toBe(true)
})

test("basic: without credentials it says so, with the right ones it signs in", async () => {
  answer({ base: wanting('Basic realm="x"', basic) })
  expect(await ask()).toEqual({ authentication: "basic", signedIn: false })
  expect(await ask({ credentials })).toEqual({ authentication: "basic", signedIn: true })
})

test("token: its service is asked only when there is something to sign in with", async () => {
  answer({ base: wanting(`Bearer realm="http://${registry.host}/token",service="fake"`, "Bearer t1"), token: { token: "t1" } })
  expect(await ask()).toEqual({ authentication: "token", signedIn: false })
  expect(registry.seen.map(({ url }) => url)).toEqual(["/v2/"])
  expect(await ask({ credentials })).toEqual({ authentication: "token", signedIn: true })
})

test.each([
  ["basic", 'Basic realm="x"'],
  ["token", undefined],
])(
  "%s: credentials that it does not accept are registry_refused, with words that say what to do and not the password",
  async (_, challenge) => {
    answer({ base: wanting(challenge ?? `Bearer realm="http://${registry.host}/token"`, basic), token: { token: "t1" } })
    const refusal = await ask({ credentials: wrong }).catch((error: unknown) => error)
    expect(refusal).toMatchObject({ code: "registry_refused", publicMessage: expect.stringContaining("Check both, then try again") })
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain("hunter2")
  },
)

test("one that nobody listens at is registry_unavailable", async () => {
  await expect(testRegistry("127.0.0.1:1", { clock: instantClock() })).rejects.toMatchObject({
    code: "registry_unavailable",
    publicMessage: expect.stringContaining("Check its name and the network"),
  })
})

test("what answers and is no registry is told as such", async () => {
  answer({ base: (_, response) => response.writeHead(404).end("<html>") })
  await expect(ask()).rejects.toMatchObject({
    code: "registry_invalid",
    publicMessage: expect.stringContaining("no registry answers there"),
  })
  answer({ base: (_, response) => response.writeHead(401).end() })
  await expect(ask()).rejects.toMatchObject({ code: "registry_refused" })
})

test("no request goes to a metadata address, and a failing registry is asked twice at most", async () => {
  const resolve = async () => [{ address: "169.254.169.254", family: 4 }]
  await expect(testRegistry("registry.test", { clock: instantClock(), resolve })).rejects.toMatchObject({ code: "registry_invalid" })
  answer({ base: (_, response) => response.writeHead(503).end() })
  await expect(ask()).rejects.toMatchObject({ code: "registry_unavailable" })
  expect(registry.seen).toHaveLength(2)
})

test("it ends when the caller gives up", async () => {
  const controller = new AbortController()
  // Never answered: the one who asked has to go by himself.
  answer({ base: () => controller.abort() })
  await expect(ask({ signal: controller.signal })).rejects.toMatchObject({ code: "aborted" })
})
