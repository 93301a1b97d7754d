import type { MeteringFigures } from "../../contract/metering.js"
import type { MeterStore } from "./meter-store.js"
import type { MeterSums } from "./meter-sums.js"
import type { Metering } from "./metering.js"
import { readMonth } from "./read-month.js"

const GIBIBYTE = 2 ** 30

export function createMetering({ store, now }: { store: Pick<MeterStore, "hours" | "totals">; now: () => number }): Metering {
  return {
    async month(month, tenant) {
      const { from, to } = readMonth(month)
      const rows = (await store.totals({ from, to, tenant })).map((row) => ({ tenant: row.tenant, ...figuresOf(row.sums) }))
      return { month, from, to: from <= now() ? Math.min(to, now()) : to, rows }
    },

    async hours(month, tenant) {
      const rows = await store.hours({ ...readMonth(month), tenant })
      return rows.map(({ tenant, at, sums }) => ({ tenant, at, ...figuresOf(sums) }))
    },
  }
}

function figuresOf(sums: MeterSums): MeteringFigures {
  return {
    memorySoldGibHours: sums.memorySoldByteHours / GIBIBYTE,
    memoryUsedGibHours: sums.memoryUsedByteHours / GIBIBYTE,
    cpuSoldCoreHours: sums.cpuSoldCoreHours,
    cpuUsedCoreHours: sums.cpuUsedCoreHours,
    diskSoldGibHours: sums.diskSoldByteHours / GIBIBYTE,
    diskUsedGibHours: sums.diskUsedByteHours / GIBIBYTE,
    receivedBytes: sums.receivedBytes,
    transmittedBytes: sums.transmittedBytes,
    measuredSeconds: sums.measuredMs / 1000,
  }
}
