/** Sums over time of one tenant in one hour, as the database adds them up. */
export interface MeterSums {
  memorySoldByteHours: number
  memoryUsedByteHours: number
  cpuSoldCoreHours: number
  cpuUsedCoreHours: number
  diskSoldByteHours: number
  diskUsedByteHours: number
  receivedBytes: number
  transmittedBytes: number
  measuredMs: number
}

export interface TenantHour {
  tenant: string
  /** The hour's begin. */
  at: number
  sums: MeterSums
}

export const HOUR_MS = 3_600_000

const NOTHING: Readonly<MeterSums> = {
  memorySoldByteHours: 0,
  memoryUsedByteHours: 0,
  cpuSoldCoreHours: 0,
  cpuUsedCoreHours: 0,
  diskSoldByteHours: 0,
  diskUsedByteHours: 0,
  receivedBytes: 0,
  transmittedBytes: 0,
  measuredMs: 0,
}

export const sumNames = Object.keys(NOTHING) as (keyof MeterSums)[]

/** What is not written yet, by tenant and hour. */
export class HourBook {
  readonly #hours = new Map<string, TenantHour>()

  /** To add to, in place. */
  of(tenant: string, at: number): MeterSums {
    const hour = Math.floor(at / HOUR_MS) * HOUR_MS
    const key = `${hour}:${tenant}`
    let entry = this.#hours.get(key)
    if (entry === undefined) {
      entry = { tenant, at: hour, sums: { ...NOTHING } }
      this.#hours.set(key, entry)
    }
    return entry.sums
  }

  /** Hands all of it over, and begins anew. */
  take(): TenantHour[] {
    const hours = [...this.#hours.values()]
    this.#hours.clear()
    return hours
  }

  /** Takes back what could not be written. */
  putBack(hours: readonly TenantHour[]): void {
    for (const { tenant, at, sums } of hours) {
      const own = this.of(tenant, at)
      for (const name of sumNames) own[name] += sums[name]
    }
  }
}
