import { localHost } from "../../contract/hosts.js"
import { containerMetrics, hostMetrics, type MetricName } from "../../contract/metrics.js"

export type MetricScope = "host" | "container" | "tenant"

/** What figures are of: a host, one container (by full id) or one tenant. */
export interface Subject {
  scope: MetricScope
  key: string
}

/** The machine that the console runs on has the key that it had when it was the only one. */
export function hostSubject(host: string): Subject {
  return { scope: "host", key: host === localHost ? "host" : host }
}

/** Metrics of a scope in the order in which they are kept. Only ever append to these lists: stored rows know places, not names. */
export function metricsOf(scope: MetricScope): readonly MetricName[] {
  return scope === "host" ? hostMetrics : containerMetrics
}
