import { execFileSync } from "node:child_process"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { Plan } from "../contract/plans.js"
import type { Tenant } from "../contract/tenants.js"
import { someTerms } from "../testing/tenancy.js"
import { type TenantEngine, tenantEngine } from "../testing/tenant-engine.js"
import { localAuthorization, startTestServer, type TestServer } from "../testing/test-server.js"

let server: TestServer
let engine: TenantEngine
let headers: Record<string, string>

beforeEach(async () => {
  engine = tenantEngine()
  server = await startTestServer({ openEngine: async () => engine })
  headers = localAuthorization(server)
})
afterEach(() => server.remove())

const mutate = (path: string, input: object) => server.mutate(path, input, headers)
const dataOf = <T>(answer: { json(): unknown }) => (answer.json() as { result: { data: T } }).result.data

async function sell(containers: number) {
  const plan = dataOf<Plan>(await mutate("plans.create", { name: "Small", terms: { ...someTerms, containers } }))
  return dataOf<Tenant>(await mutate("tenants.create", { tenant: "acme", title: "Acme", plan: plan.id }))
}

describe("tenants over the wire", { timeout: 60_000 }, () => {
  it("get 100 containers for 100 places from 200 requests at once, and the others are told why", async () => {
    await sell(100)
    const answers = await Promise.all(Array.from({ length: 200 }, () => mutate("containers.create", { image: "starter", tenant: "acme" })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
    const refused = answers.filter(({ status }) => status !== 200).map((answer) => answer.json())
    expect(refused).toHaveLength(100)
    for (const answer of refused)
      expect(answer).toMatchObject({
        error: { data: { httpStatus: 409, engine: { code: "quota_exceeded", facts: { resource: "containers", limit: 100 } } } },
      })
    expect(await engine.containers.list()).toHaveLength(100)
  })

  it("are held on every path to the engine, also after a restart", async () => {
    await sell(1)
    await server.restart()
    headers = localAuthorization(server)
    const spec = { image: "starter", tenant: "acme", name: "one" }
    const { id } = dataOf<{ id: string }>(await mutate("containers.create", spec))
    expect((await mutate("containers.create", { ...spec, name: "two" })).status).toBe(409)
    expect((await mutate("tenants.suspend", { tenant: "acme", reason: "unpaid" })).status).toBe(200)
    expect((await mutate("containers.start", { id })).status).toBe(403)
    const bulk = dataOf(await mutate("containers.bulk", { action: "start", ids: [id] }))
    expect(bulk).toMatchObject({ done: [], failed: [{ id, code: "permission_denied" }] })
    expect((await mutate("tenants.resume", { tenant: "acme" })).status).toBe(200)
    expect((await mutate("containers.start", { id })).status).toBe(200)
    expect(
      (await mutate("plans.remove", { plan: dataOf<Plan[]>(await server.query("plans.list", undefined, headers))[0]?.id })).status,
    ).toBe(409)
  })

  it("can be told to go in longer than a day, and in seven by default", async () => {
    await sell(1)
    const week = 7 * 86_400_000
    const begun = Date.now()
    const leaving = dataOf<Tenant>(await mutate("tenants.remove", { tenant: "acme" }))
    expect(leaving.removeAt).toBeGreaterThanOrEqual(begun + week)
    expect(dataOf<Tenant>(await mutate("tenants.remove", { tenant: "acme", graceMs: 4 * week })).removeAt).toBeGreaterThan(begun + 3 * week)
    expect(dataOf<Tenant>(await mutate("tenants.keep", { tenant: "acme" })).status).toBe("active")
  })

  it("are exported as a tar that tar reads, without anything that opens a door", async () => {
    await sell(1)
    await mutate("containers.create", { image: "starter", tenant: "acme", name: "one" })
    const answer = await server.request("/api/tenants/acme/export", { headers })
    expect([answer.status, answer.headers["content-type"]]).toEqual([200, "application/x-tar"])
    const list = execFileSync("tar", ["-t"], { input: answer.body, encoding: "utf8" }).trim().split("\n")
    expect(list).toEqual(expect.arrayContaining(["acme/tenant.json", "acme/plan.json", "acme/members.json", "acme/containers/one.json"]))
    const read = (name: string) => execFileSync("tar", ["-xO", name], { input: answer.body, encoding: "utf8" })
    expect(JSON.parse(read("acme/tenant.json"))).toMatchObject({ name: "acme", counts: { containers: 1 } })
    expect(JSON.parse(read("acme/containers/one.json"))).toMatchObject({ spec: { image: "starter" } })
    expect((await server.request("/api/tenants/nobody/export", { headers })).status).toBe(404)
    expect((await server.request("/api/tenants/acme/export")).status).toBe(401)
  })
})
