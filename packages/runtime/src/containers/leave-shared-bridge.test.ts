import { expect, it } from "vitest"
import type { NetworkAttachment } from "../engine.js"
import type { ContainerRecord } from "./container-record.js"
import { leaveSharedBridge } from "./leave-shared-bridge.js"
import type { LifecycleContext } from "./lifecycle-context.js"
import { testRecord } from "./test-record.js"

const attachment = (network: string, address: string): NetworkAttachment => ({
  network,
  interfaceName: "eth0",
  macAddress: "02:00:01:c9:00:02",
  address,
  prefixLength: 20,
  gateway: "10.201.0.1",
})

function context(record: ContainerRecord): { context: LifecycleContext; released: string[] } {
  const released: string[] = []
  const network = {
    reserve: async ({ tenant }: { tenant?: string }) => attachment(`${tenant}.bridge`, "10.202.0.2"),
    release: async (_id: string, name?: string) => void released.push(name ?? "all"),
  }
  const containers = {
    update: async (_id: string, transition: (before: ContainerRecord) => { record: ContainerRecord }) => transition(record).record,
  }
  return { context: { network, containers } as unknown as LifecycleContext, released }
}

const shared = [{ attachment: attachment("bridge", "10.201.0.2"), aliases: ["www"] }]

it("a tenant's container of the bridge that all once shared moves to its tenant's own, and keeps its aliases", async () => {
  const record = testRecord({ tenant: "acme", connections: shared })
  const { context: given, released } = context(record)
  const moved = await leaveSharedBridge(given, record)
  expect(moved.connections).toEqual([{ attachment: attachment("acme.bridge", "10.202.0.2"), aliases: ["www"] }])
  expect(released).toEqual(["bridge"])
})

it("the operator's stays, and so does one that has moved", async () => {
  for (const record of [
    testRecord({ connections: shared }),
    testRecord({ tenant: "acme", connections: [{ attachment: attachment("acme.bridge", "10.202.0.2"), aliases: [] }] }),
  ]) {
    const { context: given, released } = context(record)
    expect(await leaveSharedBridge(given, record)).toBe(record)
    expect(released).toEqual([])
  }
})
