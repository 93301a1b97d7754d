import type { ContainerRates, ContainerRow } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { applyContainersMessage } from "./live-containers"

const rates: ContainerRates = {
  at: 1,
  cpuCores: 0.5,
  cpuThrottledShare: 0,
  memoryUsedBytes: 1,
  memoryLimitBytes: null,
  receivedBytesPerSecond: null,
  transmittedBytesPerSecond: null,
  readBytesPerSecond: null,
  writeBytesPerSecond: null,
  pids: 1,
}
const row = (id: string, createdAt: number, name = id): ContainerRow => ({
  id,
  name,
  host: "local",
  tenant: "operator",
  image: "starter",
  imageId: "sha256:0",
  command: ["sh"],
  createdAt,
  state: { status: "running", pid: 1, startedAt: 1 },
  health: "none",
  restartCount: 0,
  ports: [],
  networks: [],
  labels: {},
  limits: {},
  stats: null,
})
const names = (state: { rows: readonly ContainerRow[] }) => state.rows.map((each) => each.name)

const three = applyContainersMessage(undefined, { type: "snapshot", at: 1, containers: [row("a", 1), row("c", 3), row("b", 2)] })

test("rows come newest first", () => expect(names(three)).toEqual(["c", "b", "a"]))

test("figures change in place, and what did not change keeps its identity", () => {
  const after = applyContainersMessage(three, { type: "delta", at: 2, upserted: [], removed: [], stats: [{ id: "b", ...rates }] })
  expect(after.byId.get("b")?.stats).toEqual(rates)
  expect(after.rows[0]).toBe(three.rows[0])
  expect(names(after)).toEqual(["c", "b", "a"])
  expect(three.byId.get("b")?.stats).toBeNull()
})

test("a new one, a renamed one and a removed one in the same second", () => {
  const after = applyContainersMessage(three, {
    type: "delta",
    at: 2,
    upserted: [row("d", 4), row("b", 2, "renamed")],
    removed: ["a"],
    stats: [],
  })
  expect(names(after)).toEqual(["d", "c", "renamed"])
})

test("figures of a container that is gone bring it not back", () => {
  const after = applyContainersMessage(three, { type: "delta", at: 2, upserted: [], removed: ["a"], stats: [{ id: "a", ...rates }] })
  expect(names(after)).toEqual(["c", "b"])
})

test("the last minute's figures stay when a page is left and when the connection comes back", () => {
  const second = applyContainersMessage(three, { type: "delta", at: 1001, upserted: [], removed: [], stats: [{ id: "b", ...rates }] })
  expect(second.cpuHistory.byId.get("b")).toEqual([0.5])
  const again = applyContainersMessage(second, { type: "snapshot", at: 2001, containers: [{ ...row("b", 2), stats: rates }] })
  expect(again.cpuHistory.byId.get("b")).toEqual([0.5, 0.5])
})

test("a new snapshot after a lost connection replaces all", () => {
  expect(names(applyContainersMessage(three, { type: "snapshot", at: 9, containers: [row("z", 9)] }))).toEqual(["z"])
})
