import type { ContainerRow } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { type ContainerFilter, filterContainers } from "./filter-containers"

const row = (name: string, change: Partial<ContainerRow> = {}): ContainerRow => ({
  id: name.padEnd(64, "0"),
  name,
  host: "local",
  tenant: "operator",
  image: "plimsoll/starter",
  imageId: "sha256:0",
  command: ["sh"],
  createdAt: 1,
  state: { status: "running", pid: 1, startedAt: 1 },
  health: "none",
  restartCount: 0,
  ports: [],
  networks: [],
  labels: {},
  limits: {},
  stats: null,
  ...change,
})
const stats = (cpuCores: number | null): NonNullable<ContainerRow["stats"]> => ({
  at: 1,
  cpuCores,
  cpuThrottledShare: null,
  memoryUsedBytes: 1,
  memoryLimitBytes: null,
  receivedBytesPerSecond: null,
  transmittedBytesPerSecond: null,
  readBytesPerSecond: null,
  writeBytesPerSecond: null,
  pids: 1,
})
const all: ContainerFilter = { text: "", statuses: [], tenants: [], hosts: [], hostName: (id) => id, sort: "name", descending: false }
const names = (rows: ContainerRow[]) => rows.map(({ name }) => name)

test("names sort as people count: web-2 before web-10", () => {
  expect(names(filterContainers([row("web-10"), row("web-2")], all))).toEqual(["web-2", "web-10"])
})

test("every word must occur somewhere: name, label, port, address", () => {
  const rows = [
    row("shop", { labels: { tier: "front" }, ports: [{ containerPort: 80, hostPort: 8080, hostAddress: "0.0.0.0", protocol: "tcp" }] }),
    row("blog", { labels: { tier: "front" } }),
  ]
  expect(names(filterContainers(rows, { ...all, text: "TIER=front 8080" }))).toEqual(["shop"])
  expect(filterContainers(rows, { ...all, text: "nothing" })).toEqual([])
})

test("what is unknown sorts below zero, and equal figures by name", () => {
  const rows = [row("b", { stats: stats(0) }), row("a"), row("c", { stats: stats(0.5) })]
  expect(names(filterContainers(rows, { ...all, sort: "cpu", descending: true }))).toEqual(["c", "b", "a"])
})

test("one that naps is among the napping, not among those that somebody paused", () => {
  const paused = { status: "paused", pid: 1, startedAt: 1, pausedAt: 2 } as const
  const rows = [row("a", { state: paused }), row("b", { state: paused, nap: { since: 2, beforeBytes: 9, afterBytes: 1 } }), row("c")]
  expect(names(filterContainers(rows, { ...all, statuses: ["paused"] }))).toEqual(["a"])
  expect(names(filterContainers(rows, { ...all, statuses: ["napping", "running"] }))).toEqual(["b", "c"])
})

test("one that hibernates is among the hibernating, not among those that nap, were paused or ended", () => {
  const rows = [
    row("a", { state: { status: "hibernated", startedAt: 1, hibernatedAt: 2 }, hibernation: { since: 2, beforeBytes: 9, imageBytes: 4 } }),
    row("b", { state: { status: "paused", pid: 1, startedAt: 1, pausedAt: 2 } }),
    row("c"),
  ]
  expect(names(filterContainers(rows, { ...all, statuses: ["hibernated"] }))).toEqual(["a"])
  expect(names(filterContainers(rows, { ...all, statuses: ["napping", "paused", "exited"] }))).toEqual(["b"])
})

test("a host is chosen by its id, and found by its name", () => {
  const rows = [row("a"), row("b", { host: "k3x" })]
  const hostName = (id: string) => (id === "k3x" ? "Node-2" : "here")
  expect(names(filterContainers(rows, { ...all, hosts: ["k3x"], hostName }))).toEqual(["b"])
  expect(names(filterContainers(rows, { ...all, text: "node-2", hostName }))).toEqual(["b"])
  expect(names(filterContainers(rows, { ...all, sort: "host", descending: true, hostName }))).toEqual(["b", "a"])
})
