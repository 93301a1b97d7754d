import type { PlanTerms } from "../../contract/plans.js"
import type { Database } from "../../db/open-database.js"
import type { SqlValue } from "../../db/sql.js"
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
  counters(): Promise<StoredCounter[]>
  /** With `from` ≤ at < `to`, by tenant and hour; `tenant` undefined: of all. */
  hours(range: MeterRange): Promise<TenantHour[]>
  /** The same, one sum a tenant. */
  totals(range: MeterRange): Promise<{ tenant: string; sums: MeterSums }[]>
  /** What each tenant's plan promises now. */
  sold(): Promise<Map<string, SoldTerms>>
}

/** The plan's maxima. */
export type SoldTerms = Pick<PlanTerms, "memoryMaxBytes" | "cpuMaxCores" | "diskBytes">

export interface MeterRange {
  from: number
  to: number
  tenant: string | undefined
}

type Row = MeterSums & { tenant: string; at: number }

const SUMS = sumNames.map((name) => `"${name}"`)
const ADD_TO_HOUR = `INSERT INTO meter_hour ("tenant", "at", ${SUMS.join(", ")}) VALUES (?, ?, ${SUMS.map(() => "?").join(", ")})
  ON CONFLICT ("tenant", "at") DO UPDATE SET ${SUMS.map((name) => `${name} = meter_hour.${name} + excluded.${name}`).join(", ")}`
const COUNTER = '"id", "tenant", "startedAt", "receivedBytes", "transmittedBytes", "seenAt"'
const MOVE_COUNTER = `INSERT INTO meter_counter (${COUNTER}) VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT ("id") DO UPDATE SET "tenant" = excluded."tenant", "startedAt" = excluded."startedAt", "receivedBytes" = excluded."receivedBytes",
    "transmittedBytes" = excluded."transmittedBytes", "seenAt" = excluded."seenAt"`

export function createMeterStore({ sql, write }: Pick<Database, "sql" | "write">): MeterStore {
  return {
    async write({ hours, counters, forgetBefore }) {
      await write(async (transaction) => {
        for (const { tenant, at, sums } of hours)
          await transaction.run(ADD_TO_HOUR, [
            tenant,
            at,
            ...sumNames.map((name) => (whole.has(name) ? Math.round(sums[name]) : sums[name])),
          ])
        for (const { id, tenant, startedAt, receivedBytes, transmittedBytes, seenAt } of counters)
          await transaction.run(MOVE_COUNTER, [id, tenant, startedAt, receivedBytes, transmittedBytes, seenAt])
        await transaction.run('DELETE FROM meter_counter WHERE "seenAt" < ?', [forgetBefore])
      })
    },

    counters: () => sql.all<StoredCounter>(`SELECT ${COUNTER} FROM meter_counter ORDER BY "id"`),

    async hours(range) {
      const { where, values } = within(range)
      const rows = await sql.all<Row>(
        `SELECT "tenant", "at", ${SUMS.join(", ")} FROM meter_hour WHERE ${where} ORDER BY "tenant", "at"`,
        values,
      )
      return rows.map(({ tenant, at, ...sums }) => ({ tenant, at, sums }))
    },

    async totals(range) {
      const { where, values } = within(range)
      const rows = await sql.all<MeterSums & { tenant: string }>(
        `SELECT "tenant", ${SUMS.map((name) => `sum(${name}) AS ${name}`).join(", ")} FROM meter_hour WHERE ${where} GROUP BY "tenant" ORDER BY "tenant"`,
        values,
      )
      return rows.map(({ tenant, ...sums }) => ({ tenant, sums }))
    },

    async sold() {
      const rows = await sql.all<{ tenant: string; terms: string }>(
        'SELECT tenant."name" AS "tenant", plan."terms" AS "terms" FROM tenant JOIN plan ON plan."id" = tenant."planId"',
      )
      return new Map(rows.map(({ tenant, terms }) => [tenant, JSON.parse(terms) as SoldTerms]))
    },
  }
}

/** Whole numbers in the database. */
const whole: ReadonlySet<keyof MeterSums> = new Set(["receivedBytes", "transmittedBytes", "measuredMs"])

function within({ from, to, tenant }: MeterRange): { where: string; values: SqlValue[] } {
  const where = '"at" >= ? AND "at" < ?'
  return tenant === undefined ? { where, values: [from, to] } : { where: `${where} AND "tenant" = ?`, values: [from, to, tenant] }
}
