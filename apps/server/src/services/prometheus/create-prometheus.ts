import { localHost } from "../../contract/hosts.js"
import type { OverprovisioningNow } from "../../contract/overprovisioning.js"
import type { HostCounters } from "../host/host-counters.js"
import type { Hosts } from "../hosts/hosts.js"
import type { Samplers } from "../live/samplers.js"
import type { Tenants } from "../tenants/tenants.js"
import { containerGroup, type MeasuredContainer } from "./container-families.js"
import type { EventCounter } from "./event-counter.js"
import { hostGroup, machineGroup } from "./host-families.js"
import { eventGroup, lineGroup } from "./line-families.js"
import { memoryGroup } from "./memory-families.js"
import type { MetricGroup } from "./metric-family.js"
import { scrapeGroup } from "./metric-groups.js"
import type { Prometheus } from "./prometheus.js"
import { tenantGroup } from "./tenant-families.js"
import { type Labelled, writeExposition } from "./write-exposition.js"

/** Containers with series of their own. */
const MAXIMUM_CONTAINERS = 5000
/** Figures of a host that are older are not of now any more: it is slow, or away. */
const FRESH_MS = 5000
/** What people see of an id. */
const ID_CHARACTERS = 12

export interface PrometheusDependencies {
  overprovisioning: { now(): Promise<OverprovisioningNow> }
  machine: () => Promise<HostCounters>
  hosts: Pick<Hosts, "list">
  tenants: Pick<Tenants, "list" | "inspect">
  samplers: Pick<Samplers, "all">
  events: Pick<EventCounter, "counts">
  version: string
  now: () => number
  report: (error: unknown, doing: string) => void
}

export function createPrometheus(deps: PrometheusDependencies): Prometheus {
  return {
    async *scrape({ tenant, containers }) {
      const failed = new Map<string, boolean>()
      /** A part that cannot be read, because the engine is away, say, takes none of the others with it. */
      async function read<T>(part: string, ask: () => T | Promise<T>): Promise<T | undefined> {
        try {
          const answer = await ask()
          failed.set(part, false)
          return answer
        } catch (error) {
          failed.set(part, true)
          deps.report(error, `read ${part} for Prometheus`)
          return undefined
        }
      }
      if (tenant === null) {
        const now = await read("overprovisioning", () => deps.overprovisioning.now())
        yield* write(lineGroup, one(now))
        yield* write(memoryGroup, one(now))
        yield* write(machineGroup, one(await read("machine", deps.machine)))
        const hosts = (await read("hosts", () => deps.hosts.list())) ?? []
        yield* write(
          hostGroup,
          hosts.map((subject) => ({ subject, labels: { host: subject.id } })),
        )
        yield* write(eventGroup, [{ subject: deps.events.counts, labels: {} }])
      }
      const tenants = await read("tenants", async () => (tenant === null ? deps.tenants.list() : [await deps.tenants.inspect(tenant)]))
      yield* write(
        tenantGroup,
        (tenants ?? []).map((subject) => ({ subject, labels: { tenant: subject.name, plan: subject.plan?.name ?? "" } })),
      )
      const measured = containers ? measure(deps.samplers, deps.now()).filter(({ row }) => isOf(row, tenant)) : []
      yield* write(containerGroup, measured.slice(0, MAXIMUM_CONTAINERS).map(labelled))
      const containersLeftOut = Math.max(0, measured.length - MAXIMUM_CONTAINERS)
      yield* write(scrapeGroup, [{ subject: { version: tenant === null ? deps.version : null, failed, containersLeftOut }, labels: {} }])
    },
  }
}

function write<T>({ families }: MetricGroup<T>, subjects: readonly Labelled<T>[]): AsyncIterable<string> {
  return writeExposition(families, subjects)
}

/** Of the machine that the console runs on. */
function one<T>(subject: T | undefined): Labelled<T>[] {
  return subject === undefined ? [] : [{ subject, labels: { host: localHost } }]
}

function measure(samplers: Pick<Samplers, "all">, now: number): MeasuredContainer[] {
  const measured: MeasuredContainer[] = []
  for (const [, sampler] of samplers.all()) {
    const fresh = now - sampler.sampledAt <= FRESH_MS
    for (const [id, row] of sampler.rows) measured.push({ row, stats: fresh ? sampler.samples.get(id)?.stats : undefined })
  }
  return measured
}

/** Tenants live on the machine that the console runs on. */
function isOf(row: MeasuredContainer["row"], tenant: string | null): boolean {
  return tenant === null || (row.tenant === tenant && row.host === localHost)
}

function labelled(subject: MeasuredContainer): Labelled<MeasuredContainer> {
  const { host, tenant, id, name } = subject.row
  return { subject, labels: { host, tenant, container: id.slice(0, ID_CHARACTERS), name } }
}
