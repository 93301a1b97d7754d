import { overprovisioningHistoryInput } from "../../contract/overprovisioning.js"
import { procedure } from "../../trpc/init.js"

export const history = procedure.input(overprovisioningHistoryInput).query(({ ctx, input }) => ctx.services.overprovisioning.history(input))
