import type { MeteringHour } from "../../contract/metering.js"
import type { Metering } from "./metering.js"

/** The hours of a month, one tenant after the other: as many rows at once as a month has hours. */
export async function* exportHours(
  metering: Metering,
  month: string,
  tenants: readonly string[],
): AsyncGenerator<MeteringHour[], void, void> {
  for (const tenant of tenants) yield await metering.hours(month, tenant)
}
