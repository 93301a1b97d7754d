import { afterAll, beforeAll, expect, it } from "vitest"
import type { LoadLineSettings, OverprovisioningNow } from "../contract/overprovisioning.js"
import { Browser, data } from "../testing/browser.js"
import { joinAs, makeTenant, withDatabase } from "../testing/make-tenant.js"
import { tenantEngine } from "../testing/tenant-engine.js"
import { startTestServer, type TestServer } from "../testing/test-server.js"

let server: TestServer
let operator: Browser
beforeAll(async () => {
  server = await startTestServer({ openEngine: async () => tenantEngine() })
  operator = new Browser(server)
  await operator.signIn()
})
afterAll(() => server.remove())

it("an operator's reason passes the load line and is in the audit; a tenant's owner may neither look nor overrule", async () => {
  const much = { image: "x", limits: { memoryMaxBytes: 2 ** 50 } }
  expect((await operator.mutate("containers.create", much)).status).toBe(409)
  const reason = "more memory comes on Monday"
  expect((await operator.mutate("containers.create", { ...much, overrule: reason })).status).toBe(200)
  const kept = await withDatabase(server, (sql) =>
    sql.all(`SELECT "attributes" FROM event WHERE "kind" = 'audit' AND "result" = 'done' AND "action" = 'containers.create'`),
  )
  expect(JSON.stringify(kept)).toContain(reason)
  const { resources, remarks } = data<OverprovisioningNow>(await operator.query("overprovisioning.now"))
  expect(resources.find(({ resource }) => resource === "memory")?.headroom).toBeLessThan(0)
  expect(remarks.join(" ")).toContain("More memory was sold")
  const changed = data<LoadLineSettings>(await operator.mutate("overprovisioning.changeSettings", { mode: "advise" }))
  expect(changed.mode).toBe("advise")
  const { settings, defaults } = data<OverprovisioningNow>(await operator.query("overprovisioning.now"))
  expect({ ...settings, mode: "enforce" }, "what was not set is by default").toEqual(defaults)
  await makeTenant(operator, "acme")
  const owner = await joinAs(server, { inviter: operator, username: "olga", role: "owner", tenant: "acme" })
  for (const query of ["overprovisioning.now"]) expect((await owner.query(query)).status).toBe(403)
  expect((await owner.mutate("containers.create", { image: "x", overrule: reason })).status).toBe(403)
})

it("what was set is told, and taken back with null", async () => {
  const change = (input: object) => operator.mutate("overprovisioning.changeSettings", input)
  const now = async () => data<OverprovisioningNow>(await operator.query("overprovisioning.now"))
  const before = (await now()).set
  expect((await change({ reserve: { memory: 2 ** 30, disk: 0 } })).status).toBe(200)
  expect((await now()).set).toEqual({ ...before, reserve: { memory: 2 ** 30, disk: 0 } })
  expect((await change({ reserve: { memory: null, disk: null } })).status).toBe(200)
  const { set, settings, defaults } = await now()
  expect(set).toEqual(before)
  expect(settings.reserve).toEqual(defaults.reserve)
  expect((await change({ reserve: null })).status, "each of a group by itself").toBe(400)
})
