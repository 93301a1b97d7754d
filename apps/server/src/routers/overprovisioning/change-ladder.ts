import { changeLadderSettingsInput } from "../../contract/overprovisioning.js"
import { procedure } from "../../trpc/init.js"

export const changeLadder = procedure
  .input(changeLadderSettingsInput)
  .mutation(({ ctx, input }) => ctx.services.ladder.changeSettings(input))
