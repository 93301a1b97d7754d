import { afterAll, beforeAll, describe, expect, it } from "vitest"
import type { NewApiToken } from "../contract/tokens.js"
import { Browser, data } from "../testing/browser.js"
import { makeTenant } from "../testing/make-tenant.js"
import { tenantEngine } from "../testing/tenant-engine.js"
import { startTestServer, type TestServer } from "../testing/test-server.js"

let server: TestServer
let operator: Browser
beforeAll(async () => {
  server = await startTestServer({ openEngine: async () => tenantEngine() })
  operator = new Browser(server)
  await operator.signIn()
  for (const tenant of ["acme", "beta"]) await makeTenant(operator, tenant)
}, 30_000)
afterAll(() => server.remove())

const token = async (tenant?: string) =>
  data<NewApiToken>(
    await operator.mutate("tokens.create", { name: `prometheus ${tenant}`, scope: "read", expiresAt: null, ...(tenant && { tenant }) }),
  ).token
const scrape = (bearer: string, query = "") => server.request(`/api/metrics${query}`, { headers: { authorization: `Bearer ${bearer}` } })

describe("GET /api/metrics", () => {
  it("asks who it is", async () => {
    expect((await server.request("/api/metrics")).status).toBe(401)
    expect((await scrape("plt_nonsense")).status).toBe(401)
  })

  it("gives the provider's token all, as text that Prometheus reads", async () => {
    const answer = await scrape(await token())
    expect(answer.status).toBe(200)
    expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8")
    const text = answer.body.toString()
    for (const part of [
      "plimsoll_host_cpu_cores{",
      'plimsoll_tenant_state{tenant="acme"',
      'plimsoll_tenant_state{tenant="beta"',
      "plimsoll_build_info{",
    ])
      expect(text).toContain(part)
    expect(text).toContain('plimsoll_memory_sold_bytes{host="local"} ')
    expect(text).toContain('plimsoll_scrape_failed{part="overprovisioning"} 0')
  })

  it("gives a tenant's token its own alone", async () => {
    const text = (await scrape(await token("acme"))).body.toString()
    expect(text).toContain('plimsoll_tenant_memory_sold_bytes{tenant="acme"')
    expect(text).not.toMatch(/beta|plimsoll_host|plimsoll_memory|plimsoll_build|plimsoll_events/)
  })

  it("refuses a query that it does not know", async () => {
    expect((await scrape(await token(), "?containers=some")).status).toBe(400)
  })
})
