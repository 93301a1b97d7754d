import type { Database } from "../../db/open-database.js"
import { every } from "../every.js"
import type { Hosts } from "../hosts/hosts.js"
import type { Sampler } from "../live/sampler.js"
import type { Samplers } from "../live/samplers.js"
import { createMetering } from "./create-metering.js"
import { DiskUse } from "./disk-use.js"
import { meterReadings } from "./meter-readings.js"
import { MeterRecorder } from "./meter-recorder.js"
import { createMeterStore } from "./meter-store.js"
import type { Metering } from "./metering.js"

const MINUTE_MS = 60_000

export interface MeteringDependencies {
  database: Database
  hosts: Pick<Hosts, "connected">
  /** Sets the beat. */
  sampler: Pick<Sampler, "onFrame">
  samplers: Samplers
  now: () => number
  report: (error: unknown, doing: string) => void
}

export interface RunningMetering extends Metering {
  /** What disks with a limit take, of all hosts. */
  disks: Pick<DiskUse, "of">
  /** Writes what is in memory. The sampler must have stopped. */
  close(): Promise<void>
}

/** Meters all hosts, second by second, from now on. */
export async function startMetering({ database, hosts, sampler, samplers, now, report }: MeteringDependencies): Promise<RunningMetering> {
  const monotonic = () => performance.now()
  const store = createMeterStore(database)
  const recorder = await MeterRecorder.open({ store, monotonic })
  const disks = new DiskUse({
    containersOf: (host) => [...(samplers.of(host)?.rows.values() ?? [])].filter(({ diskBytes }) => diskBytes !== undefined),
    monotonic,
    onError: (error, host) => report(error, `measure the disks of ${host}`),
  })
  let sold = await store.sold()
  let writing: Promise<void> = Promise.resolve()

  const stopFrames = sampler.onFrame(({ at, samples }) => {
    if (samples === undefined) return
    const { hosts: measured, readings } = meterReadings(samplers, at)
    recorder.record({ at, hosts: measured, readings, diskUsedBytes: disks.byTenant(), sold })
    writing = writing.then(() => recorder.writeIfDue()).catch((error: unknown) => report(error, "write what tenants used"))
  })
  const stopMinutes = every(
    MINUTE_MS,
    async () => {
      sold = await store.sold()
      await disks.measure(hosts.connected())
    },
    (error) => report(error, "look at what was sold and at the disks"),
  )

  return {
    ...createMetering({ store, now }),
    disks,
    async close() {
      stopFrames()
      stopMinutes()
      await writing
      await recorder.flush()
    },
  }
}
