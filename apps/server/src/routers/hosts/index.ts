import { addHostInput, changeHostInput, removeHostInput, testHostInput } from "../../contract/hosts.js"
import { procedure, router } from "../../trpc/init.js"
import { paced } from "../../trpc/outbound.js"

export const hostsRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.hosts.list()),
  live: procedure.subscription(({ ctx, signal }) => {
    const end = signal ?? new AbortController().signal
    return paced(ctx.outbound, ctx.services.hosts.follow(end), end)
  }),
  test: procedure.input(testHostInput).mutation(({ ctx, input }) => ctx.services.hosts.test(input.endpoint)),
  add: procedure.input(addHostInput).mutation(({ ctx, input }) => ctx.services.hosts.add(input)),
  change: procedure.input(changeHostInput).mutation(({ ctx, input: { host, ...change } }) => ctx.services.hosts.change(host, change)),
  remove: procedure.input(removeHostInput).mutation(({ ctx, input }) => ctx.services.hosts.remove(input.host)),
})
