import type { Tenant } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { filterTenants, NO_PLAN, type TenantFilter } from "./filter-tenants"

const plan = (id: string, memoryMaxBytes: number): NonNullable<Tenant["plan"]> => ({
  id,
  name: id.toUpperCase(),
  terms: {
    memoryGuaranteedBytes: 0,
    memoryMaxBytes,
    cpuGuaranteedCores: 0,
    cpuMaxCores: 1,
    cpuWeight: 100,
    diskBytes: 1000,
    pidsMax: 100,
    containers: 10,
    volumes: 10,
    networks: 10,
    publicPorts: 10,
    tokens: 10,
    ociRuntimes: [],
  },
})

const tenant = (name: string, part: Partial<Tenant> = {}): Tenant => ({
  name,
  title: "",
  status: "active",
  plan: null,
  createdAt: 0,
  suspendedAt: null,
  suspendReason: null,
  removeAt: null,
  sold: null,
  guaranteed: null,
  used: { memoryBytes: 0, cpuCores: 0, diskBytes: 0, pids: 0 },
  promisedDiskBytes: 0,
  counts: { containers: 0, runningContainers: 0, volumes: 0, networks: 0, publicPorts: 0, tokens: 0, members: 0 },
  lastActivityAt: null,
  ...part,
})

const used = (memoryBytes: number) => ({ memoryBytes, cpuCores: 0, diskBytes: 0, pids: 0 })
const all = [
  tenant("acme-10", { title: "Acme Ltd", plan: plan("small", 100), used: used(90) }),
  tenant("acme-9", { plan: plan("large", 10_000), used: used(95), status: "suspended", suspendReason: "unpaid" }),
  tenant("blue", { used: used(500) }),
  tenant("cove", { plan: plan("small", 100), status: "leaving", removeAt: 5 }),
]

const found = (filter: Partial<TenantFilter>) =>
  filterTenants(all, { text: "", statuses: [], plans: [], sort: "name", descending: false, ...filter }).map(({ name }) => name)

test("each word must occur somewhere: in the name, the title, the plan or the reason", () => {
  expect(found({ text: "ACME ltd" })).toEqual(["acme-10"])
  expect(found({ text: "unpaid" })).toEqual(["acme-9"])
  expect(found({ text: "small" })).toEqual(["acme-10", "cove"])
  expect(found({ text: "acme nobody" })).toEqual([])
})

test("status and plan narrow it down; those without a plan can be asked for", () => {
  expect(found({ statuses: ["suspended", "leaving"] })).toEqual(["acme-9", "cove"])
  expect(found({ plans: ["small"], statuses: ["active"] })).toEqual(["acme-10"])
  expect(found({ plans: [NO_PLAN] })).toEqual(["blue"])
})

test("names are in the order in which people count", () => expect(found({})).toEqual(["acme-9", "acme-10", "blue", "cove"]))

test("the least headroom comes first, those whom nothing limits last, equals by name", () => {
  expect(found({ sort: "headroom" })).toEqual(["acme-10", "acme-9", "cove", "blue"])
  expect(found({ sort: "memory", descending: true })).toEqual(["blue", "acme-9", "acme-10", "cove"])
})
