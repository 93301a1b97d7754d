import { anyHostInput } from "../../contract/hosts.js"
import { createVolumeInput, removeVolumeInput, resizeVolumeInput, volumeInput } from "../../contract/volumes.js"
import { procedure, router } from "../../trpc/init.js"
import { overruling } from "../../trpc/overruling.js"

export const volumesRouter = router({
  list: procedure.input(anyHostInput).query(({ ctx, input }) => ctx.services.hosts.onEach(input.host, (engine) => engine.volumes.list())),
  inspect: procedure.input(volumeInput).query(async ({ ctx, input: { host, name } }) => ({
    ...(await ctx.services.hosts.engineOf(host).volumes.inspect(name)),
    host,
  })),
  create: procedure.input(createVolumeInput).mutation(async ({ ctx, input: { host, overrule, ...volume } }) => ({
    ...(await overruling(ctx, overrule, () => ctx.services.hosts.engineOf(host).volumes.create(volume))),
    host,
  })),
  resize: procedure.input(resizeVolumeInput).mutation(async ({ ctx, input: { host, name, sizeBytes, overrule } }) => ({
    ...(await overruling(ctx, overrule, () => ctx.services.hosts.engineOf(host).volumes.resize(name, sizeBytes))),
    host,
  })),
  compact: procedure
    .input(volumeInput)
    .mutation(({ ctx, input: { host, name } }) => ctx.services.hosts.engineOf(host).volumes.compact(name)),
  remove: procedure
    .input(removeVolumeInput)
    .mutation(({ ctx, input: { host, name, ...options } }) => ctx.services.hosts.engineOf(host).volumes.remove(name, options)),
})
