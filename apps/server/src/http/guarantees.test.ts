import { afterAll, beforeAll, expect, it } from "vitest"
import type { EventPage } from "../contract/index.js"
import type { OverprovisioningNow } from "../contract/overprovisioning.js"
import type { Plan } from "../contract/plans.js"
import { Browser, data } from "../testing/browser.js"
import { someTerms } from "../testing/tenancy.js"
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

const now = async () => data<OverprovisioningNow>(await operator.query("overprovisioning.now"))
async function cpu() {
  const line = (await now()).resources.find(({ resource }) => resource === "cpu")
  if (line === undefined) throw new Error("there is no line of CPU")
  return line
}
async function refusal(asked: ReturnType<Browser["mutate"]>): Promise<unknown> {
  const answer = await asked
  expect(answer.status).toBe(409)
  return (answer.json() as { error: { data: { engine: unknown } } }).error.data.engine
}
/** All that it may take is guaranteed. */
const terms = (cores: number) => ({
  ...someTerms,
  ...{ memoryMaxBytes: 2 ** 22, memoryGuaranteedBytes: 0, pidsMax: 1 },
  ...{ cpuMaxCores: cores, cpuGuaranteedCores: cores },
})
const planOf = async (name: string, cores: number) => data<Plan>(await operator.mutate("plans.create", { name, terms: terms(cores) }))
const tenant = (name: string, plan: Plan, more: object = {}) =>
  operator.mutate("tenants.create", { tenant: name, title: "", plan: plan.id, ...more })

it("no more CPU is guaranteed than this machine has, though it may be sold three times; an operator's reason lets it pass and is in the audit", async () => {
  const { allocatable } = await cpu()
  const [most, little] = [await planOf("Most", allocatable * 0.6), await planOf("Little", allocatable * 0.1)]
  data(await tenant("first", most))
  data(await tenant("second", little))
  expect((await cpu()).headroom).toBeGreaterThan(allocatable * 0.6)
  expect((await now()).plans.map(({ name, fits, boundBy }) => ({ name, fits, boundBy }))).toEqual([
    { name: "Little", fits: 3, boundBy: "guaranteedCpu" },
    { name: "Most", fits: 0, boundBy: "guaranteedCpu" },
  ])

  const short = (need: number) => ({
    code: "load_line_exceeded",
    facts: {
      resource: "guaranteedCpu",
      need: expect.closeTo(need, 6) as number,
      headroom: expect.closeTo(allocatable * 0.3, 6) as number,
      allocatable,
      guaranteed: expect.closeTo(allocatable * 0.7, 6) as number,
    },
    publicMessage: expect.stringContaining("The largest plan that fits is “Little”.") as string,
  })
  expect(await refusal(tenant("third", most))).toMatchObject(short(allocatable * 0.6))
  expect(await refusal(operator.mutate("tenants.change", { tenant: "second", plan: most.id }))).toMatchObject(short(allocatable * 0.5))
  const larger = { plan: little.id, terms: terms(allocatable * 0.5) }
  expect(await refusal(operator.mutate("plans.change", larger))).toMatchObject(short(allocatable * 0.4))

  const reason = "the second machine comes on Monday"
  data(await tenant("third", most, { overrule: reason }))
  expect((await cpu()).guaranteed).toBeCloseTo(allocatable * 1.3, 6)
  const { items } = data<EventPage>(await operator.query("events.list", { kinds: ["audit"], actions: ["tenants.create"], limit: 1 }))
  expect(items).toMatchObject([{ name: "third", audit: { result: "done" }, attributes: { overrule: reason } }])

  // What is too much already stays, may fall, and may not grow.
  data(await operator.mutate("tenants.change", { tenant: "first", plan: little.id }))
  expect(await refusal(operator.mutate("plans.change", { plan: most.id, terms: terms(allocatable * 0.9) }))).toMatchObject({
    facts: { resource: "guaranteedCpu" },
  })
})
