import type { MeteringRow } from "@plimsoll/server/contract"
import { expect, test } from "vitest"
import { arrangeRows, measuredShare, totalOf } from "./metering-rows"

const row = (tenant: string, part: Partial<MeteringRow> = {}): MeteringRow => ({
  tenant,
  memorySoldGibHours: 1,
  memoryUsedGibHours: 0.5,
  cpuSoldCoreHours: 1,
  cpuUsedCoreHours: 0,
  diskSoldGibHours: 0,
  diskUsedGibHours: 0,
  receivedBytes: 10,
  transmittedBytes: 5,
  measuredSeconds: 1800,
  ...part,
})
const rows = [row("acme-10", { receivedBytes: 1 }), row("acme-9", { transmittedBytes: 100, measuredSeconds: 3600 }), row("blue")]

test("the totals add up, but time does not: tenants are measured side by side", () => {
  const total = totalOf(rows)
  expect(total).toMatchObject({
    memorySoldGibHours: 3,
    memoryUsedGibHours: 1.5,
    receivedBytes: 21,
    transmittedBytes: 110,
    measuredSeconds: 3600,
  })
  expect(total).not.toHaveProperty("tenant")
  expect(totalOf([]).memorySoldGibHours).toBe(0)
})

test("traffic counts both directions, and names are in the order in which people count", () => {
  const names = (sort: "traffic" | "tenant", descending: boolean, text = "") =>
    arrangeRows(rows, { text, sort, descending }).map(({ tenant }) => tenant)
  expect(names("traffic", true)).toEqual(["acme-9", "blue", "acme-10"])
  expect(names("tenant", false)).toEqual(["acme-9", "acme-10", "blue"])
  expect(names("tenant", true, " ACME ")).toEqual(["acme-10", "acme-9"])
})

test("the share that was measured is of the time that has passed, and unknown before any has", () => {
  expect(measuredShare(row("a"), { from: 0, to: 3_600_000 })).toBe(0.5)
  expect(measuredShare(row("a"), { from: 0, to: 0 })).toBeNull()
  expect(measuredShare(row("a", { measuredSeconds: 4000 }), { from: 0, to: 3_600_000 })).toBe(1)
})
