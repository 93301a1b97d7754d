import { meteringHoursInput, meteringMonthInput } from "../../contract/metering.js"
import { procedure, router } from "../../trpc/init.js"

export const meteringRouter = router({
  month: procedure.input(meteringMonthInput).query(({ ctx, input }) => ctx.services.metering.month(input.month, input.tenant)),
  hours: procedure.input(meteringHoursInput).query(({ ctx, input }) => ctx.services.metering.hours(input.month, input.tenant)),
})
