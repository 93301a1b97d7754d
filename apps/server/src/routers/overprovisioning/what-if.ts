import { whatIfInput } from "../../contract/overprovisioning.js"
import { procedure } from "../../trpc/init.js"

/** A query that whoever moves a slider asks again and again: of each user the newest alone is answered. */
export const whatIf = procedure
  .input(whatIfInput)
  .query(({ ctx, input, signal }) => ctx.services.whatIf.ask(ctx.session.userId, input, signal))
