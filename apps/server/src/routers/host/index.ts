import { hostInfoInput } from "../../contract/hosts.js"
import { procedure, router } from "../../trpc/init.js"
import { paced } from "../../trpc/outbound.js"

export const hostRouter = router({
  info: procedure.input(hostInfoInput).query(({ ctx, input }) => ctx.services.host.info(input.host)),
  /** Of the machine that the console runs on. */
  live: procedure.subscription(({ ctx, signal }) => {
    const end = signal ?? new AbortController().signal
    return paced(ctx.outbound, ctx.services.host.follow(end), end)
  }),
})
