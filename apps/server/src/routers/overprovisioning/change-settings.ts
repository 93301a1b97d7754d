import { changeLoadLineSettingsInput } from "../../contract/overprovisioning.js"
import { procedure } from "../../trpc/init.js"

export const changeSettings = procedure
  .input(changeLoadLineSettingsInput)
  .mutation(({ ctx, input }) => ctx.services.overprovisioning.changeSettings(input))
