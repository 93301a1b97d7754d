import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { afterEach, beforeEach, expect, it } from "vitest"
import { fakeEngine } from "../testing/fake-engine.js"
import { type Answer, startTestServer, type TestServer } from "../testing/test-server.js"

const PASSWORD = "hunter2-of-the-registry"

let server: TestServer
let cookie: string
beforeEach(async () => {
  const engine = fakeEngine({ features: ["image-pull"] })
  // As a driver would that tells too much when it fails.
  engine.images.pull = async (_, options) => {
    throw Object.assign(new Error("the engine broke"), { options, credentials: options?.credentials })
  }
  server = await startTestServer({ openEngine: async () => engine, environment: { PLIMSOLL_LOG_LEVEL: "trace" } })
  cookie = await server.signIn()
})
afterEach(() => server.remove())

it("no answer and no line of the log has a registry's password, whatever is asked and whatever fails", async () => {
  const deaf = createServer((_, response) => response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end()).listen(
    0,
    "127.0.0.1",
  )
  await once(deaf, "listening")
  const registry = `127.0.0.1:${(deaf.address() as AddressInfo).port}`
  const credentials = { username: "ada", password: PASSWORD }
  const answers: Answer[] = []
  const ask = async (path: string, input: unknown, status: number) => {
    const answer = await server.mutate(path, input, { cookie })
    expect(answer.status, answer.body.toString()).toBe(status)
    answers.push(answer)
  }
  await ask("registries.add", { registry, credentials }, 200)
  await ask("registries.add", { registry, credentials }, 409)
  await ask("registries.add", { registry: "https://x/", credentials }, 400)
  await ask("registries.add", { registry: "quay.io", credentials: { username: "", password: PASSWORD } }, 400)
  await ask("registries.add", { registry: "quay.io", credentials: { ...credentials, more: PASSWORD } }, 400)
  await ask("registries.change", { registry, credentials }, 200)
  await ask("registries.change", { registry: "quay.io", credentials }, 404)
  await ask("registries.test", { registry }, 422)
  await ask("registries.test", { registry, credentials }, 422)
  await ask("images.pull", { reference: `${registry}/app` }, 200)
  answers.push(await server.query("registries.list", undefined, { cookie }))
  deaf.close()
  await server.stop()
  expect(answers.at(-1)?.json()).toMatchObject({ result: { data: [{ registry, username: "ada" }] } })
  expect(server.logLines.join("")).toContain("the engine broke")
  for (const said of [...answers.map(({ body }) => body.toString()), ...server.logLines]) expect(said).not.toContain(PASSWORD)
})
