import { containerGroup } from "./container-families.js"
import { hostGroup, machineGroup } from "./host-families.js"
import { eventGroup, lineGroup } from "./line-families.js"
import { memoryGroup } from "./memory-families.js"
import { gauge, type MetricFamily, type MetricGroup } from "./metric-family.js"
import { tenantGroup } from "./tenant-families.js"

/** Of the answer itself. */
export interface ScrapeFacts {
  version: string | null
  /** By part: whether it could not be read. */
  failed: ReadonlyMap<string, boolean>
  containersLeftOut: number
}

export const scrapeGroup: MetricGroup<ScrapeFacts> = {
  title: "The answer itself",
  labels: [],
  families: [
    gauge({
      name: "plimsoll_build_info",
      unit: "",
      help: "Always 1; its label tells the version",
      labels: ["version"],
      read: ({ version }) => (version === null ? null : [{ labels: { version }, value: 1 }]),
    }),
    gauge({
      name: "plimsoll_scrape_failed",
      unit: "",
      help: "1: this part could not be read and is missing",
      labels: ["part"],
      read: ({ failed }) => [...failed].map(([part, value]) => ({ labels: { part }, value: value ? 1 : 0 })),
    }),
    gauge({
      name: "plimsoll_scrape_containers_left_out",
      unit: "",
      help: "Containers without series of their own, because there are more than 5,000",
      read: ({ containersLeftOut }) => containersLeftOut,
    }),
  ],
}

/** What there is, in the order in which it is written: `docs/reference/prometheus.md` lists all of it. */
export const metricGroups: readonly { title: string; labels: readonly string[]; families: readonly Omit<MetricFamily<never>, "read">[] }[] =
  [lineGroup, memoryGroup, machineGroup, hostGroup, eventGroup, tenantGroup, containerGroup, scrapeGroup]
