import { localHost } from "../../contract/hosts.js"
import { containerMetrics, hostMetrics, type LineMetric, lineMetrics, type MetricName } from "../../contract/metrics.js"

export type MetricScope = "host" | "container" | "tenant" | "line"

/** What figures are of: a host, one container (by full id), one tenant, or the load line of one resource. */
export interface Subject {
  scope: MetricScope
  key: string
}

/** The machine that the console runs on has the key that it had when it was the only one. */
export function hostSubject(host: string): Subject {
  return { scope: "host", key: host === localHost ? "host" : host }
}

/** Metrics of a scope in the order in which they are kept. Only ever append to these lists: stored rows know places, not names. */
export function metricsOf(scope: MetricScope): readonly (MetricName | LineMetric)[] {
  switch (scope) {
    case "host":
      return hostMetrics
    case "line":
      return lineMetrics
    case "container":
    case "tenant":
      return containerMetrics
  }
}
