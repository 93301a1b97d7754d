import type { ContainerRow } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { sumRows } from "./sum-rows"

const row = (name: string, status: string, memoryUsedBytes: number | null) =>
  ({
    id: name,
    name,
    tenant: "acme",
    state: { status },
    limits: {},
    stats: memoryUsedBytes === null ? null : { memoryUsedBytes, memoryLimitBytes: 100, cpuCores: memoryUsedBytes / 10 },
  }) as unknown as ContainerRow

test("containers are counted by state, those without figures too", () => {
  const { counts } = sumRows([row("a", "running", 1), row("b", "exited", null), row("c", "running", 2)])
  expect(counts).toMatchObject({ running: 2, exited: 1, paused: 0 })
})

test("those that hibernate are counted apart from those that are paused or ended", () => {
  const { counts } = sumRows([row("a", "hibernated", null), row("b", "paused", 1), row("c", "exited", null)])
  expect(counts).toMatchObject({ hibernated: 1, paused: 1, exited: 1, running: 0 })
})

test("who takes the most comes first, and who takes nothing now is no consumer", () => {
  const { topMemory, topCpu } = sumRows([row("a", "running", 1), row("b", "exited", null), row("c", "running", 2)])
  expect(topMemory.map(({ name, value, limit }) => [name, value, limit])).toEqual([
    ["c", 2, 100],
    ["a", 1, 100],
  ])
  expect(topCpu.map(({ name }) => name)).toEqual(["c", "a"])
})
