import type { LineMetric } from "../../contract/metrics.js"
import { lineMetrics } from "../../contract/metrics.js"
import { loadLineResources, type ResourceLine } from "../../contract/overprovisioning.js"
import type { Reading } from "../metrics/metrics-recorder.js"
import type { Use } from "./watch-use.js"

/** One second of each resource's line, in the order of the contract: the line as last drawn, with what is used in this second. Unknown is NaN. */
export function lineReadings(lines: readonly ResourceLine[] | undefined, used: Use | undefined): Reading[] {
  return loadLineResources.map((resource) => {
    const line = lines?.find((each) => each.resource === resource)
    const figures: Record<LineMetric, number> = {
      allocatable: line?.allocatable ?? Number.NaN,
      sold: line?.sold ?? Number.NaN,
      guaranteed: line?.guaranteed ?? Number.NaN,
      used: (resource === "disk" ? line?.used : used?.[resource]) ?? Number.NaN,
      predictedPeak: line?.predictedPeak ?? Number.NaN,
      loadLine: line?.loadLine ?? Number.NaN,
    }
    return { subject: { scope: "line", key: resource }, values: lineMetrics.map((metric) => figures[metric]) }
  })
}
