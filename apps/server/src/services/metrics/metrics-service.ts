import type { z } from "zod"
import type { MetricSeries, metricsSeriesInput, RecentMetrics, recentMetricsInput } from "../../contract/metrics.js"

export interface MetricsService {
  /** At most `maximumPoints` points of the finest resolution that covers the time asked for. */
  series(query: z.output<typeof metricsSeriesInput>): Promise<MetricSeries>
  /** The last minutes of many containers at once, from memory. */
  recent(query: z.output<typeof recentMetricsInput>): Promise<RecentMetrics>
}
