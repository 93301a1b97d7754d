import { expect, test } from "vitest"
import { readIncident } from "./read-incident"

const told = { resource: "memory", why: "memory is used to 91 %", consumers: "[]", victims: "[]", usedBytes: "1" }

test("an incident's lists are read, with what else it says left out", () => {
  const consumers = [{ id: "a", name: "db", tenant: "acme", amount: 1024 }]
  const victims = [{ id: "b", name: "web", tenant: "beta", waitedForMemory: 12.5, majorFaultsPerSecond: 40 }]
  expect(readIncident({ ...told, consumers: JSON.stringify(consumers), victims: JSON.stringify(victims) })).toEqual({
    resource: "memory",
    why: told.why,
    consumers: [{ name: "db", amount: 1024 }],
    victims: [{ name: "web", waitedForMemory: 12.5, majorFaultsPerSecond: 40 }],
  })
})

test.each([{ consumers: "[" }, { victims: '[{"name":1}]' }, { resource: "disk" }])("%o is not understood, and does not throw", (part) =>
  expect(readIncident({ ...told, ...part })).toBeNull(),
)
