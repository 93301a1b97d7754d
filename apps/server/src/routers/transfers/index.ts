import { transferInput } from "../../contract/transfers.js"
import { procedure, router } from "../../trpc/init.js"
import { paced } from "../../trpc/outbound.js"

export const transfersRouter = router({
  live: procedure.subscription(({ ctx, signal }) => {
    const end = signal ?? new AbortController().signal
    return paced(ctx.outbound, ctx.services.transfers.follow(end), end)
  }),
  cancel: procedure.input(transferInput).mutation(({ ctx, input }) => ctx.services.transfers.cancel(input.id)),
})
