import type { PlanTerms } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { headroom, planUse, shareOf } from "./plan-use"

const terms: PlanTerms = {
  memoryGuaranteedBytes: 0,
  memoryMaxBytes: 1000,
  cpuGuaranteedCores: 0,
  cpuMaxCores: 1,
  cpuWeight: 100,
  diskBytes: 1000,
  pidsMax: 100,
  containers: 4,
  volumes: 0,
  networks: 1,
  publicPorts: 10,
  tokens: 10,
  ociRuntimes: [],
}
const tenant: Parameters<typeof planUse>[0] = {
  plan: { id: "p", name: "Small", terms },
  used: { memoryBytes: 250, cpuCores: 1, diskBytes: 10, pids: 10 },
  promisedDiskBytes: 700,
  counts: { containers: 1, runningContainers: 1, volumes: 0, networks: 0, publicPorts: 1, tokens: 0, members: 3 },
}

test("headroom is that of the resource that runs out first; a CPU at its limit takes none", () =>
  expect(headroom(tenant)).toEqual({ resource: "disk", left: expect.closeTo(0.3) }))

test("disk counts what was promised, not what is written", () =>
  expect(planUse(tenant).find(({ resource }) => resource === "disk")).toEqual({ resource: "disk", used: 700, limit: 1000 }))

test("what is used beyond the plan leaves nothing, not less than nothing", () =>
  expect(headroom({ ...tenant, used: { ...tenant.used, memoryBytes: 2000 } })).toEqual({ resource: "memory", left: 0 }))

test("a plan that allows none of something is not used up by having none", () => {
  expect(shareOf({ used: 0, limit: 0 })).toBe(0)
  expect(shareOf({ used: 1, limit: 0 })).toBe(1)
})

test("a plan without disk leaves disks alone", () =>
  expect(headroom({ ...tenant, plan: { id: "p", name: "Small", terms: { ...terms, diskBytes: 0 } } })).toEqual({
    resource: "memory",
    left: 0.75,
  }))

test("without a plan nothing is limited", () => {
  expect(headroom({ ...tenant, plan: null })).toBeNull()
  expect(planUse({ ...tenant, plan: null }).map(shareOf)).toEqual(planUse(tenant).map(() => null))
})
