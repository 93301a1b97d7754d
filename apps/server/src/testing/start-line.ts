import type { ContainerSpec } from "@plimsoll/runtime"
import type { LadderNow } from "../contract/overprovisioning.js"
import type { PlanTerms } from "../contract/plans.js"
import type { OwnEvent } from "../services/events/event-journal.js"
import type { MeasuredDisk } from "../services/metering/disk-use.js"
import { MetricsRecorder } from "../services/metrics/metrics-recorder.js"
import { createMetricsStore } from "../services/metrics/metrics-store.js"
import type { Capacity } from "../services/overprovisioning/capacity.js"
import { createOverprovisioning, type RunningOverprovisioning } from "../services/overprovisioning/create-overprovisioning.js"
import type { SaleDesk } from "../services/overprovisioning/sale-desk.js"
import { createSettings } from "../services/settings/settings.js"
import { someTerms, startTenancy } from "./tenancy.js"
import type { TenantEngine } from "./tenant-engine.js"

const GIB = 2 ** 30

/** A machine of 10 GiB and 4 cores, whose size the test changes. */
export const someCapacity: Capacity = { memory: 10 * GIB, cpu: 4, disk: 100 * GIB, pids: 32_768 }

/** A tenancy below a load line: all that decides is real, but for the engine, the machine's size and the clock. */
export async function startLine(fake: TenantEngine) {
  const machine = {
    capacity: { ...someCapacity },
    fileSystemUsedBytes: 0,
    diskFault: null as string | null,
    journalFails: false,
    disks: [] as MeasuredDisk[],
    selling: { stopped: false, why: null as string | null },
  }
  const noted: OwnEvent[] = []
  let current: RunningOverprovisioning | undefined
  const running = (): RunningOverprovisioning => {
    if (current === undefined) throw new Error("the load line has not been started")
    return current
  }
  const line: SaleDesk = {
    sell: (growth, work) => running().desk.sell(growth, work),
    ask: (growth) => running().desk.ask(growth),
    overruling: (overrule, work) => running().desk.overruling(overrule, work),
  }
  const tenancy = await startTenancy(fake, line)

  async function open() {
    const { database, book, access, sampler } = tenancy.it
    const now = () => tenancy.clock.now
    const report = (error: unknown, doing: string) => void tenancy.reported.push(`${doing}: ${String(error)}`)
    const store = createMetricsStore(database)
    current = await createOverprovisioning({
      database,
      engine: access,
      tenants: book,
      settings: createSettings(database, { now, report }),
      sampler,
      recorder: new MetricsRecorder({ store, monotonic: now }),
      store,
      minuteRetentionMs: 30 * 86_400_000,
      disks: { of: () => machine.disks },
      events: {
        note: async (event) => {
          if (machine.journalFails) throw new Error("the database is read-only")
          noted.push(event)
        },
      },
      readCapacity: async () => ({ ...machine, capacity: { ...machine.capacity } }),
      // There is none here; what it says is passed on unread.
      ladder: () => ({}) as LadderNow,
      selling: () => machine.selling,
      now,
      report,
    })
  }
  await open()
  return {
    tenancy,
    machine,
    noted,
    get line() {
      return running()
    },
    async lineOf(resource: "memory" | "cpu" | "disk" | "pids") {
      const found = (await running().look()).lines.find((each) => each.resource === resource)
      if (found === undefined) throw new Error(`there is no line of ${resource}`)
      return found
    },
    /** As a stop and a start of the server. */
    async restart() {
      await running().close()
      await tenancy.restart()
      await open()
    },
    /** After a close: the line starts again on what is in the database. */
    reopen: open,
    async close() {
      await running().close()
      await tenancy.close()
    },
  }
}

/** What tests of the line sell, on the one that is open when it is sold. */
export function salesOn(line: () => Awaited<ReturnType<typeof startLine>>) {
  const engine = () => line().tenancy.it.engine
  return {
    engine,
    create: (memoryMaxBytes: number, spec: Partial<ContainerSpec> = {}) =>
      engine().containers.create({ image: "x", ...spec, limits: { memoryMaxBytes, ...spec.limits } }),
    /** Of all but the given terms next to nothing. */
    planOf: (terms: Partial<PlanTerms>, name = `plan ${JSON.stringify(terms)}`) =>
      line().tenancy.it.plans.create({ name, terms: { ...someTerms, cpuMaxCores: 0.01, cpuGuaranteedCores: 0, pidsMax: 1, ...terms } }),
  }
}

/** A refusal by the line, for `toMatchObject`. */
export const exceeded = (resource: string) => ({ code: "load_line_exceeded", facts: { resource } })
