import type { PlanTerms } from "../../contract/plans.js"
import type { Database } from "../../db/open-database.js"
import { type MeterSums, sumNames, type TenantHour } from "./meter-sums.js"

/** How far the traffic of a container's run was counted. */
export interface StoredCounter {
  /** Host and container id. */
  id: string
  tenant: string
  startedAt: number
  receivedBytes: number
  transmittedBytes: number
  seenAt: number
}

/** What tenants had and used, in the database. */
export interface MeterStore {
  /** Adds to the hours, moves the counters and forgets those last seen before `forgetBefore`, in one transaction: nothing is ever counted twice. */
  write(change: { hours: readonly TenantHour[]; counters: readonly StoredCounter[]; forgetBefore: number }): Promise<void>
  counters(): StoredCounter[]
  /** With `from` ≤ at < `to`, by tenant and hour; `tenant` undefined: of all. */
  hours(range: MeterRange): TenantHour[]
  /** The same, one sum a tenant. */
  totals(range: MeterRange): { tenant: string; sums: MeterSums }[]
  /** What each tenant's plan promises now. */
  sold(): Map<string, SoldTerms>
}

/** The plan's maxima. */
export type SoldTerms = Pick<PlanTerms, "memoryMaxBytes" | "cpuMaxCores" | "diskBytes">

export interface MeterRange {
  from: number
  to: number
  tenant: string | undefined
}

type Row = MeterSums & { tenant: string; at: number }

export function createMeterStore({ connection, write }: Pick<Database, "connection" | "write">): MeterStore {
  const addToHour = connection.prepare(
    `INSERT INTO meter_hour (tenant, at, ${sumNames.join(", ")}) VALUES (?, ?, ${sumNames.map(() => "?").join(", ")})
       ON CONFLICT (tenant, at) DO UPDATE SET ${sumNames.map((name) => `${name} = meter_hour.${name} + excluded.${name}`).join(", ")}`,
  )
  const moveCounter = connection.prepare(
    `INSERT INTO meter_counter (id, tenant, startedAt, receivedBytes, transmittedBytes, seenAt) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET tenant = excluded.tenant, startedAt = excluded.startedAt, receivedBytes = excluded.receivedBytes,
         transmittedBytes = excluded.transmittedBytes, seenAt = excluded.seenAt`,
  )
  const forgetCounters = connection.prepare("DELETE FROM meter_counter WHERE seenAt < ?")
  const allCounters = connection.prepare<[], StoredCounter>(
    "SELECT id, tenant, startedAt, receivedBytes, transmittedBytes, seenAt FROM meter_counter",
  )
  const findHours = connection.prepare<RangeParameters, Row>(
    `SELECT tenant, at, ${sumNames.join(", ")} FROM meter_hour WHERE at >= ? AND at < ? AND (? IS NULL OR tenant = ?) ORDER BY tenant, at`,
  )
  const findTotals = connection.prepare<RangeParameters, Row>(
    `SELECT tenant, min(at) AS at, ${sumNames.map((name) => `sum(${name}) AS ${name}`).join(", ")}
       FROM meter_hour WHERE at >= ? AND at < ? AND (? IS NULL OR tenant = ?) GROUP BY tenant ORDER BY tenant`,
  )

  const findTerms = connection.prepare<[], { tenant: string; terms: string }>(
    "SELECT tenant.name AS tenant, plan.terms AS terms FROM tenant JOIN plan ON plan.id = tenant.planId",
  )

  return {
    async write({ hours, counters, forgetBefore }) {
      await write(() => {
        for (const { tenant, at, sums } of hours)
          addToHour.run(tenant, at, ...sumNames.map((name) => (whole.has(name) ? Math.round(sums[name]) : sums[name])))
        for (const { id, tenant, startedAt, receivedBytes, transmittedBytes, seenAt } of counters)
          moveCounter.run(id, tenant, startedAt, receivedBytes, transmittedBytes, seenAt)
        forgetCounters.run(forgetBefore)
      })
    },

    counters: () => allCounters.all(),

    hours: (range) => findHours.all(...parametersOf(range)).map(({ tenant, at, ...sums }) => ({ tenant, at, sums })),

    totals: (range) => findTotals.all(...parametersOf(range)).map(({ tenant, at: _, ...sums }) => ({ tenant, sums })),

    sold: () => new Map(findTerms.all().map(({ tenant, terms }) => [tenant, JSON.parse(terms) as SoldTerms])),
  }
}

/** Whole numbers in the database. */
const whole: ReadonlySet<keyof MeterSums> = new Set(["receivedBytes", "transmittedBytes", "measuredMs"])

type RangeParameters = [number, number, string | null, string | null]

function parametersOf({ from, to, tenant }: MeterRange): RangeParameters {
  return [from, to, tenant ?? null, tenant ?? null]
}
