import type { MeteringHour, MeteringMonth } from "../../contract/metering.js"

/** What tenants had and used, by the hour. */
export interface Metering {
  /** `tenant` absent: all that have anything in the month. Rejects with `invalid_argument` for a month that is no month. */
  month(month: string, tenant?: string): Promise<MeteringMonth>
  /** By tenant and hour, oldest first. */
  hours(month: string, tenant: string | undefined): Promise<MeteringHour[]>
}
