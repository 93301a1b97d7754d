import { procedure } from "../../trpc/init.js"
import { paced } from "../../trpc/outbound.js"

export const live = procedure.subscription(({ ctx, signal }) => {
  const end = signal ?? new AbortController().signal
  return paced(ctx.outbound, ctx.services.overprovisioning.follow(end), end)
})
