import { type ContainerInspect, type DiskLimit, EngineError, type VolumeSummary } from "@plimsoll/runtime"
import { expect, it } from "vitest"
import { fakeEngine } from "../../testing/fake-engine.js"
import { DiskUse } from "./disk-use.js"

const MINUTE_MS = 60_000

function setUp(containers: { id: string; tenant: string }[] = []) {
  const engine = fakeEngine({ features: ["volume-limits", "disk-limits"] })
  const disks = new Map<string, DiskLimit>()
  const asked: string[] = []
  engine.containers.inspect = async (id) => {
    asked.push(id)
    const disk = disks.get(id)
    if (disk === undefined) throw new EngineError("disk_corrupt")
    return { disk } as ContainerInspect
  }
  let monotonic = 0
  const errors: string[] = []
  const use = new DiskUse({ containersOf: () => containers, monotonic: () => monotonic, onError: (_, host) => errors.push(host) })
  const measure = () => use.measure([{ id: "local", engine }])
  return { engine, disks, asked, errors, use, measure, pass: (ms: number) => (monotonic += ms) }
}

const disk = (allocatedBytes: number): DiskLimit => ({ kind: "disk", sizeBytes: 1000, allocatedBytes })
const volume = (tenant: string, limit: DiskLimit) => ({ tenant, limit }) as VolumeSummary

it("is what volumes and containers with a limit take, by tenant", async () => {
  const { engine, disks, use, measure } = setUp([
    { id: "a", tenant: "acme" },
    { id: "b", tenant: "acme" },
    { id: "c", tenant: "other" },
  ])
  engine.volumes.list = async () => [volume("acme", disk(10)), volume("acme", { kind: "none" }), volume("third", disk(5))]
  disks.set("a", disk(100)).set("b", { kind: "none" }).set("c", disk(7))
  await measure()
  expect([...use.byTenant()].sort()).toEqual([
    ["acme", 110],
    ["other", 7],
    ["third", 5],
  ])
})

it("looks at a container's disk every ten minutes, at fifty a round", async () => {
  const { disks, asked, measure, pass } = setUp(Array.from({ length: 60 }, (_, index) => ({ id: `c${index}`, tenant: "acme" })))
  for (let index = 0; index < 60; index++) disks.set(`c${index}`, disk(1))
  await measure()
  expect(asked).toHaveLength(50)
  pass(MINUTE_MS)
  await measure()
  expect(asked).toHaveLength(60)
  pass(8 * MINUTE_MS)
  await measure()
  expect(asked).toHaveLength(60)
  pass(MINUTE_MS)
  await measure()
  expect(asked.slice(60)).toEqual(Array.from({ length: 50 }, (_, index) => `c${index}`))
})

it("goes on without a container that cannot be looked at, and without a host that does not answer, whose last figures are good for three minutes", async () => {
  const { engine, disks, errors, use, measure, pass } = setUp([
    { id: "broken", tenant: "acme" },
    { id: "whole", tenant: "acme" },
  ])
  disks.set("whole", disk(9))
  await measure()
  expect(errors).toEqual(["local"])
  expect([...use.byTenant()]).toEqual([["acme", 9]])
  engine.volumes.list = () => Promise.reject(new Error("away"))
  pass(2 * MINUTE_MS)
  await measure()
  expect(errors).toEqual(["local", "local"])
  expect([...use.byTenant()]).toEqual([["acme", 9]])
  pass(2 * MINUTE_MS)
  expect([...use.byTenant()]).toEqual([])
})
