import { z } from "zod"
import { exportFormat } from "./events.js"
import { tenantName } from "./primitives.js"

/** Calendar month in UTC, `2026-11`. */
export const month = z.string().regex(/^\d{4}-(?:0[1-9]|1[0-2])$/, "must be a month such as “2026-11”")

/** `tenant` absent: all (for the provider), one's own (for a tenant's members). */
export const meteringMonthInput = z.object({ month, tenant: tenantName.exactOptional() })
export const meteringHoursInput = z.object({ month, tenant: tenantName })
/** `GET /api/metering/export?month=&format=`: by tenant and hour, oldest first, as a file. */
export const exportMeteringQuery = meteringMonthInput.extend({ format: exportFormat })

/** Sums of a period. Gibibyte-hours and core-hours; sold is what the plan promised at most in that time, used what was resident. */
export interface MeteringFigures {
  memorySoldGibHours: number
  memoryUsedGibHours: number
  cpuSoldCoreHours: number
  cpuUsedCoreHours: number
  diskSoldGibHours: number
  diskUsedGibHours: number
  receivedBytes: number
  transmittedBytes: number
  /** How much of the period was measured, in seconds: the rest (the console was down) counts as nothing but traffic, which is caught up. */
  measuredSeconds: number
}

export interface MeteringRow extends MeteringFigures {
  tenant: string
}

/** `at`: the hour's begin, epoch milliseconds. */
export interface MeteringHour extends MeteringFigures {
  tenant: string
  at: number
}

export interface MeteringMonth {
  month: string
  from: number
  /** Exclusive; of the present month: now. */
  to: number
  rows: MeteringRow[]
}
