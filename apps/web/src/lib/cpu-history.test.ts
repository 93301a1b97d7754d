import type { ContainerRow } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { extendHistory, HISTORY_POINTS, noHistory } from "./cpu-history"

type Row = Pick<ContainerRow, "id"> & { stats: Pick<NonNullable<ContainerRow["stats"]>, "cpuCores"> | null }
const row = (id: string, cpuCores?: number): ContainerRow => {
  const shaped: Row = { id, stats: cpuCores === undefined ? null : { cpuCores } }
  return shaped as ContainerRow
}
const after = (seconds: number, rows: (second: number) => ContainerRow[]) => {
  let history = noHistory
  for (let second = 1; second <= seconds; second++) history = extendHistory(history, second * 1000, rows(second))
  return history
}

test("the history of a sparkline is bounded, keeps gaps, and goes with its row", () => {
  const history = after(100, (second) => [row("a", second), row("b")])
  expect(history.byId.get("a")).toHaveLength(HISTORY_POINTS)
  expect(history.byId.get("a")?.at(-1)).toBe(100)
  expect(history.byId.has("b")).toBe(false)
  expect(
    extendHistory(history, 101_000, [row("a")])
      .byId.get("a")
      ?.at(-1),
  ).toBeNull()
  expect(extendHistory(history, 101_000, []).byId.size).toBe(0)
})

test("two messages within one second are one point", () => {
  const history = after(2, () => [row("a", 1)])
  expect(extendHistory(history, 2100, [row("a", 5)])).toBe(history)
})

test("a time without messages is a hole as long as it was, not a line over it", () => {
  const history = after(2, () => [row("a", 1)])
  expect(extendHistory(history, 7000, [row("a", 2)]).byId.get("a")).toEqual([1, 1, null, null, null, null, 2])
  expect(extendHistory(history, 900_000, [row("a", 2)]).byId.get("a")).toEqual([...Array(HISTORY_POINTS - 1).fill(null), 2])
})

test("a server whose clock was set back begins to count anew", () => {
  const history = after(5, () => [row("a", 1)])
  expect(
    extendHistory(history, 1000, [row("a", 2)])
      .byId.get("a")
      ?.at(-1),
  ).toBe(2)
})
