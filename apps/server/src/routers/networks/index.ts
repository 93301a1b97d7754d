import { anyHostInput } from "../../contract/hosts.js"
import { connectNetworkInput, createNetworkInput, disconnectNetworkInput, networkInput } from "../../contract/networks.js"
import { procedure, router } from "../../trpc/init.js"

export const networksRouter = router({
  list: procedure.input(anyHostInput).query(({ ctx, input }) => ctx.services.hosts.onEach(input.host, (engine) => engine.networks.list())),
  create: procedure.input(createNetworkInput).mutation(async ({ ctx, input: { host, ...network } }) => ({
    ...(await ctx.services.hosts.engineOf(host).networks.create(network)),
    host,
  })),
  remove: procedure
    .input(networkInput)
    .mutation(({ ctx, input: { host, name } }) => ctx.services.hosts.engineOf(host).networks.remove(name)),
  connect: procedure
    .input(connectNetworkInput)
    .mutation(({ ctx, input: { host, name, container, ...options } }) =>
      ctx.services.hosts.engineOf(host).networks.connect(name, container, options),
    ),
  disconnect: procedure
    .input(disconnectNetworkInput)
    .mutation(({ ctx, input: { host, name, container } }) => ctx.services.hosts.engineOf(host).networks.disconnect(name, container)),
})
