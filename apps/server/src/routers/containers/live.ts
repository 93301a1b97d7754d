import { containerLogsInput } from "../../contract/logs.js"
import { idInput } from "../../contract/primitives.js"
import { followLogs } from "../../services/containers/follow-logs.js"
import { procedure } from "../../trpc/init.js"
import { paced } from "../../trpc/outbound.js"

export const live = procedure.subscription(({ ctx, signal }) => {
  const end = signal ?? new AbortController().signal
  return paced(ctx.outbound, ctx.services.live.follow(end), end)
})

export const stats = procedure.input(idInput).subscription(({ ctx, input, signal }) => {
  const end = signal ?? new AbortController().signal
  return paced(ctx.outbound, ctx.services.live.followOne(input.id, end), end)
})

export const logs = procedure.input(containerLogsInput).subscription(async function* ({ ctx, input: { id, ...options }, signal }) {
  const end = signal ?? new AbortController().signal
  const { engine } = await ctx.services.hosts.ofContainer(id)
  yield* paced(ctx.outbound, followLogs(engine.containers, id, { ...options, signal: end }), end)
})
