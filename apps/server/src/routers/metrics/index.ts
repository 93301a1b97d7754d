import { metricsSeriesInput, recentMetricsInput } from "../../contract/metrics.js"
import { procedure, router } from "../../trpc/init.js"

export const metricsRouter = router({
  series: procedure.input(metricsSeriesInput).query(({ ctx, input }) => ctx.services.metrics.series(input)),
  recent: procedure.input(recentMetricsInput).query(({ ctx, input }) => ctx.services.metrics.recent(input)),
})
