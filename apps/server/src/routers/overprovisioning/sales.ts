import { saleUsesInput } from "../../contract/overprovisioning.js"
import { procedure } from "../../trpc/init.js"

export const sales = procedure.input(saleUsesInput).query(({ ctx, input }) => ctx.services.overprovisioning.sales(input))
