import type { ContainerRow, ResourceLimits } from "@plimsoll/server/contract"
import { describe, expect, test } from "vitest"
import { sumSold } from "./sold"
import { stow } from "./stow"

const GIB = 1024 ** 3
type Status = "running" | "exited" | "paused" | "removing"

function row(name: string, limits: ResourceLimits, status: Status = "running", usedBytes = 0): ContainerRow {
  const states = {
    running: { status: "running", pid: 1, startedAt: 1 },
    paused: { status: "paused", pid: 1, startedAt: 1, pausedAt: 2 },
    exited: { status: "exited", exitCode: 0, oomKilled: false, finishedAt: 2 },
    removing: { status: "removing" },
  } as const
  return {
    id: name,
    name,
    host: "local",
    tenant: "operator",
    image: "starter",
    imageId: "sha256:0",
    command: [],
    createdAt: 1,
    state: states[status],
    health: "none",
    restartCount: 0,
    ports: [],
    networks: [],
    labels: {},
    limits,
    stats:
      status === "exited"
        ? null
        : {
            at: 1,
            cpuCores: 0,
            cpuThrottledShare: null,
            memoryUsedBytes: usedBytes,
            memoryLimitBytes: null,
            receivedBytesPerSecond: null,
            transmittedBytesPerSecond: null,
            readBytesPerSecond: null,
            writeBytesPerSecond: null,
            pids: 1,
          },
  }
}

describe("what was sold", () => {
  test("stopped containers count, since they may start; ones on their way out do not", () => {
    const sold = sumSold([
      row("a", { memoryMaxBytes: GIB }),
      row("b", { memoryMaxBytes: 2 * GIB }, "exited"),
      row("c", { memoryMaxBytes: 4 * GIB }, "removing"),
    ])
    expect(sold.memoryBytes).toBe(3 * GIB)
    expect(sold).toMatchObject({ containers: 2, running: 1 })
  })

  test("a container without a limit is counted apart and adds no invented bytes, but what it uses is used", () => {
    const sold = sumSold([row("a", {}, "running", GIB), row("b", { cpuMaxCores: 0.5, memoryMaxBytes: GIB })])
    expect(sold).toMatchObject({ memoryBytes: GIB, withoutMemoryLimit: 1, withoutCpuLimit: 1, cpuCores: 0.5, usedBytes: GIB })
    expect(sold.cargo.map((each) => each.name)).toEqual(["b"])
  })

  test("the order on deck never depends on what moves", () => {
    const limits = { memoryMaxBytes: GIB }
    const names = (used: number[]) =>
      sumSold([row("b", limits, "running", used[0]), row("a", limits, "paused", used[1]), row("c", limits, "running", used[2])]).cargo.map(
        (each) => each.name,
      )
    expect(names([1, 2, 3])).toEqual(["b", "c", "a"])
    expect(names([3, 1, 2])).toEqual(["b", "c", "a"])
  })
})

describe("stowing", () => {
  const cargo = (limits: number[]) => sumSold(limits.map((limit, index) => row(`c${index}`, { memoryMaxBytes: limit * GIB }))).cargo

  test("a full row is what the machine has once; what does not fit goes on in the next", () => {
    const crates = stow(cargo([3, 2]), 4 * GIB)
    expect(crates.map(({ row: line, from, to, parted }) => [line, from, to, parted])).toEqual([
      [0, 0, 0.75, false],
      [0, 0.75, 1, true],
      [1, 0, 0.25, true],
    ])
  })

  test("a container larger than the machine fills several rows", () => {
    expect(stow(cargo([10]), 4 * GIB).map(({ row: line, to }) => [line, to])).toEqual([
      [0, 1],
      [1, 1],
      [2, 0.5],
    ])
  })

  test("exact fits leave no crumbs in the next row", () => {
    const crates = stow(cargo(Array.from({ length: 30 }, () => 0.1)), 1 * GIB)
    expect(Math.max(...crates.map((crate) => crate.row))).toBe(2)
    expect(crates.every((crate) => crate.to > crate.from)).toBe(true)
    expect(crates).toHaveLength(30)
  })

  test("without a capacity nothing is drawn", () => expect(stow(cargo([1]), 0)).toEqual([]))
})
