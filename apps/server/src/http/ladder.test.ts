import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { LadderSettings } from "../contract/overprovisioning.js"
import { defaultLadderSettings } from "../services/ladder/default-settings.js"
import { data, signedIn } from "../testing/browser.js"
import { statsOf, summaryOf } from "../testing/fake-engine.js"
import { joinAs, makeTenant } from "../testing/make-tenant.js"
import { type TenantEngine, tenantEngine } from "../testing/tenant-engine.js"
import { localAuthorization, startTestServer, type TestServer } from "../testing/test-server.js"

const ID = "a".repeat(64)
let server: TestServer
let engine: TenantEngine
let headers: Record<string, string>

beforeEach(async () => {
  engine = tenantEngine()
  server = await startTestServer({ openEngine: async () => engine })
  headers = localAuthorization(server)
})
afterEach(() => server.remove())

const mutate = async (path: string, input: object, as = headers) => {
  const answer = await server.mutate(path, input, as)
  return { status: answer.status, ...(answer.json() as { result?: { data: unknown }; error?: { data: { issues?: unknown } } }) }
}
const withShares = (reclaim: number, stop: number): LadderSettings => ({
  ...defaultLadderSettings,
  rungs: {
    ...defaultLadderSettings.rungs,
    reclaim: { mode: "act", usedShare: reclaim },
    stop: { mode: "advise", usedShare: stop },
  },
})

describe("the ladder over the wire", () => {
  it("is changed as a whole, answers with where it stands, and is audited", async () => {
    const settings = withShares(0.7, 0.98)
    expect(await mutate("overprovisioning.changeLadder", settings)).toMatchObject({
      status: 200,
      result: { data: { settings, defaults: defaultLadderSettings, rung: null, napping: [], hibernating: [], stopped: [], steps: [] } },
    })
    const audits = await server.query("events.list", { kinds: ["audit"], actions: ["overprovisioning.changeLadder"] }, headers)
    expect(audits.json()).toMatchObject({ result: { data: { items: [{ audit: { result: "done" } }] } } })
  })

  it.each([
    ["a higher rung at less use than a lower one", withShares(0.9, 0.98)],
    ["a share above 1", withShares(0.8, 1.1)],
    ["a part of it", { mode: "off" }],
    ["a field that there is not", { ...defaultLadderSettings, force: true }],
  ])("refuses %s", async (_, settings) => {
    const answer = await mutate("overprovisioning.changeLadder", settings)
    expect([answer.status, answer.error?.data.issues]).toEqual([
      400,
      expect.arrayContaining([expect.objectContaining({ message: expect.any(String) })]),
    ])
  })
})

describe("by hand", () => {
  it("a container naps and wakes, and memory is taken back from it", async () => {
    engine.put(summaryOf(ID, { name: "web" }))
    engine.stats.set(ID, statsOf(ID, 1, 1))
    expect((await mutate("containers.reclaim", { id: ID, bytes: 400 })).result?.data).toEqual({ beforeBytes: 1000, afterBytes: 600 })
    expect((await mutate("containers.reclaim", { id: ID, bytes: 0 })).status).toBe(400)
    expect((await mutate("containers.nap", { id: ID })).result?.data).toMatchObject({ beforeBytes: 600, afterBytes: 0 })
    expect((await engine.containers.list())[0]).toMatchObject({ state: { status: "paused" }, nap: {} })
    expect((await mutate("containers.wake", { id: ID })).result?.data).toMatchObject({ wakeMs: 1 })
    expect((await engine.containers.list())[0]).toMatchObject({ state: { status: "running" } })
    expect(engine.journal.at(-1)).toMatchObject({ action: "wake", attributes: { cause: "request" } })
    expect((await mutate("containers.nap", { id: "nothing" })).status).toBe(404)
  })

  it("a container hibernates, alone and with others, and wakes when it is started; its name is in the audit of both", async () => {
    engine.put(summaryOf(ID, { name: "web" }))
    engine.stats.set(ID, statsOf(ID, 1, 1))
    expect((await mutate("containers.hibernate", { id: ID })).result?.data).toMatchObject({ beforeBytes: 1000, imageBytes: 1000 })
    expect((await engine.containers.list())[0]).toMatchObject({ state: { status: "hibernated" }, hibernation: { beforeBytes: 1000 } })
    const found = await server.query("containers.list", { statuses: ["hibernated"] }, headers)
    expect(found.json()).toMatchObject({ result: { data: [{ id: ID, state: { status: "hibernated" } }] } })
    expect((await mutate("containers.start", { id: ID })).status).toBe(200)
    expect((await engine.containers.list())[0]?.state.status).toBe("running")
    const bulk = await mutate("containers.bulk", { action: "hibernate", ids: [ID, "nothing"] })
    expect(bulk.result?.data).toMatchObject({ done: [ID], failed: [{ id: "nothing", code: "not_found" }] })
    expect((await engine.containers.list())[0]?.state.status).toBe("hibernated")
    const audits = await server.query("events.list", { kinds: ["audit"], actions: ["containers.hibernate", "containers.bulk"] }, headers)
    expect(audits.json()).toMatchObject({
      result: { data: { items: [{ attributes: { names: "web nothing" } }, { id: ID, name: "web", audit: { result: "done" } }] } },
    })
  })
})

describe("a tenant", { timeout: 60_000 }, () => {
  it("may let its own nap, and neither change the ladder, nor take memory back, nor exempt a container from it", async () => {
    const operator = await signedIn(server)
    await makeTenant(operator, "acme")
    const owner = await joinAs(server, { inviter: operator, username: "acme_owner", role: "owner", tenant: "acme" })
    const { id } = data<{ id: string }>(await owner.mutate("containers.create", { image: "starter", name: "web" }))
    for (const path of ["containers.start", "containers.nap", "containers.hibernate", "containers.wake"])
      expect((await owner.mutate(path, { id })).status, path).toBe(200)
    expect((await owner.mutate("containers.reclaim", { id, bytes: 1 })).status).toBe(403)
    expect((await owner.mutate("overprovisioning.changeLadder", defaultLadderSettings)).status).toBe(403)
    const labels = { "plimsoll.ladder": "exempt" }
    expect((await owner.mutate("containers.create", { image: "starter", labels })).status).toBe(403)
    expect((await owner.mutate("containers.create", { image: "starter", labels: { "plimsoll.nap.after-ms": "0" } })).status).toBe(200)
    expect((await operator.mutate("containers.create", { image: "starter", tenant: "acme", labels })).status).toBe(200)
  })
})
