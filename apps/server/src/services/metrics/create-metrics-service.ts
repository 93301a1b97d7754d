import { EngineError } from "@plimsoll/runtime"
import type { HostUsage } from "../../contract/host.js"
import { localHost } from "../../contract/hosts.js"
import type { RecentMetrics } from "../../contract/metrics.js"
import type { Hosts } from "../hosts/hosts.js"
import type { Samplers } from "../live/samplers.js"
import { downsample } from "./downsample.js"
import type { MetricsRecorder, Reading } from "./metrics-recorder.js"
import type { MetricsService } from "./metrics-service.js"
import type { MetricsStore } from "./metrics-store.js"
import { querySeries } from "./query-series.js"
import { containerReading, hibernatingReading, hostReading, sumReading, tenantReadings } from "./readings.js"
import { hostSubject, metricsOf, type Subject } from "./subjects.js"

const FULL_ID = /^[0-9a-f]{64}$/
/** Figures of a host that are older are not of now any more: it is slow, or away. */
const FRESH_MS = 5000

export interface MetricsServiceDependencies {
  hosts: Pick<Hosts, "ofContainer">
  samplers: Samplers
  recorder: MetricsRecorder
  store: MetricsStore
  minuteRetentionMs: number
  now: () => number
}

export function createMetricsService(deps: MetricsServiceDependencies): MetricsService {
  const { samplers, recorder, store, now } = deps

  /** A removed container keeps its history under its full id. */
  async function subjectOf(scope: Subject["scope"], id: string | undefined): Promise<Subject> {
    if (scope === "host") return hostSubject(id ?? localHost)
    const key = id ?? ""
    if (scope === "tenant") return { scope, key }
    const known = knownId(key) ?? (FULL_ID.test(key) ? key : undefined)
    return { scope, key: known ?? (await (await deps.hosts.ofContainer(key)).engine.containers.inspect(key)).id }
  }

  function knownId(id: string): string | undefined {
    const found = samplers.find(id)
    return found.length === 1 ? found[0]?.id : found.find(({ host }) => host === localHost)?.id
  }

  return {
    async series({ scope, id, metrics, from, to, maximumPoints }) {
      const foreign = metrics.filter((metric) => !metricsOf(scope).includes(metric))
      if (foreign.length > 0) {
        throw new EngineError("invalid_argument", {
          publicMessage: `A ${scope} has no figure “${foreign.join("”, “")}”.`,
          facts: { metrics: foreign },
        })
      }
      const subject = await subjectOf(scope, id)
      const sources = { recorder, store, now: now(), minuteRetentionMs: deps.minuteRetentionMs }
      return querySeries({ subject, metrics, from, to, maximumPoints }, sources)
    },

    async recent({ ids, metrics, windowMs, points }) {
      const stepMs = Math.max(1, Math.ceil(windowMs / points / 1000)) * 1000
      const to = now()
      const columns = metrics.map((metric) => metricsOf("container").indexOf(metric))
      const series: RecentMetrics["series"] = {}
      for (const id of ids) {
        const ring = recorder.ring({ scope: "container", key: knownId(id) ?? id })
        if (ring === undefined) continue
        series[id] = sparkline(ring.range(to - windowMs, to + 1), columns, { stepMs, to, steps: Math.ceil(windowMs / stepMs) })
      }
      return { stepMs, series }
    },
  }
}

/** One row for each metric with a value for every step up to now; a step without a sample is `null`. */
function sparkline(
  samples: Iterable<{ at: number; values: Float32Array }>,
  columns: number[],
  time: { stepMs: number; to: number; steps: number },
) {
  const stretches = [...samples].map(({ at, values }) => ({ at, samples: 1, mean: values.slice(), max: values.slice() }))
  const byStep = new Map(downsample(stretches, columns, time.stepMs).map((point) => [point.at, point.values]))
  const last = Math.floor(time.to / time.stepMs) * time.stepMs
  return columns.map((_, index) =>
    Array.from({ length: time.steps }, (_, step) => byStep.get(last - (time.steps - 1 - step) * time.stepMs)?.[index] ?? null),
  )
}

/** All readings of one second: each container of each host as it was last sampled, each tenant, and each host. */
export function readingsOf({ at, samplers, usage }: { at: number; samplers: Samplers; usage: HostUsage | undefined }): Reading[] {
  const containers: { tenant: string; reading: Reading }[] = []
  const hosts: Reading[] = []
  for (const [host, sampler] of samplers.all()) {
    const fresh = at - sampler.sampledAt <= FRESH_MS
    const own: typeof containers = []
    for (const [id, sample] of fresh ? sampler.samples : []) {
      const row = sampler.rows.get(id)
      if (row !== undefined) own.push({ tenant: row.tenant, reading: containerReading(row, sample) })
    }
    const hibernating = [...(fresh ? sampler.rows.values() : [])].filter(
      (row) => row.hibernation !== undefined && !sampler.samples.has(row.id),
    )
    containers.push(...own, ...hibernating.map((row) => ({ tenant: row.tenant, reading: hibernatingReading(row) })))
    if (host === localHost) {
      if (usage !== undefined) hosts.push(hostReading(usage, own.length))
    } else if (fresh) {
      const readings = own.map(({ reading }) => reading)
      hosts.push(sumReading(host, readings))
    }
  }
  return [...containers.map(({ reading }) => reading), ...tenantReadings(containers), ...hosts]
}
