import { expect, it } from "vitest"
import type { EventRecord } from "../../contract/events.js"
import type { Services } from "../services.js"
import { scopeServices } from "./scope-services.js"

const step: EventRecord = {
  cursor: 1,
  at: 1,
  kind: "ladder",
  action: "nap",
  id: "c",
  name: "web",
  tenant: "acme",
  host: "local",
  attributes: {
    rung: "nap",
    why: "it has been idle for 20 min",
    shortage: "use is 92.3 % of allocatable, from 91 % on",
    shortageFacts: '{"code":"use","share":0.923,"threshold":0.91}',
  },
  audit: null,
}
const { shortage: _, shortageFacts: __, ...unforced } = step.attributes
const services = {
  events: { list: async () => ({ items: [step, { ...step, attributes: unforced }], nextCursor: null }) },
} as unknown as Services

it("a tenant reads what the ladder did to its containers and why, and not how short the machine was", async () => {
  const { items } = await scopeServices(services, { tenant: "acme" }).events.list({ limit: 50 })
  expect(items.map(({ attributes }) => attributes)).toEqual([
    { rung: "nap", why: "it has been idle for 20 min", shortage: "the machine was short of memory" },
    { rung: "nap", why: "it has been idle for 20 min" },
  ])
})

it("the provider's staff reads all of it", async () => {
  expect((await scopeServices(services, { tenant: null }).events.list({ limit: 50 })).items[0]).toEqual(step)
})

it("a tenant reaches neither what the ladder knows nor its switches", async () => {
  const { ladder } = scopeServices(services, { tenant: "acme" })
  expect(() => ladder.now()).toThrow()
  expect(() => ladder.selling()).toThrow()
  await expect(ladder.changeSettings({} as never)).rejects.toMatchObject({ code: "permission_denied" })
})
