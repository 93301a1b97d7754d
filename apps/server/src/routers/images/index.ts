import { anyHostInput } from "../../contract/hosts.js"
import { collectGarbageInput, imageInput, pullImageInput, pushImageInput, removeImageInput, tagImageInput } from "../../contract/images.js"
import { procedure, router } from "../../trpc/init.js"

export const imagesRouter = router({
  list: procedure.input(anyHostInput).query(({ ctx, input }) => ctx.services.hosts.onEach(input.host, (engine) => engine.images.list())),
  inspect: procedure.input(imageInput).query(async ({ ctx, input: { host, reference } }) => {
    return { ...(await ctx.services.hosts.engineOf(host).images.inspect(reference)), host }
  }),
  tag: procedure
    .input(tagImageInput)
    .mutation(({ ctx, input: { host, reference, newReference } }) => ctx.services.hosts.engineOf(host).images.tag(reference, newReference)),
  remove: procedure
    .input(removeImageInput)
    .mutation(({ ctx, input: { host, reference, ...options } }) => ctx.services.hosts.engineOf(host).images.remove(reference, options)),
  pull: procedure.input(pullImageInput).mutation(({ ctx, input }) => ctx.services.transfers.pull(input)),
  push: procedure.input(pushImageInput).mutation(({ ctx, input }) => ctx.services.transfers.push(input)),
  collect: procedure
    .input(collectGarbageInput)
    .mutation(({ ctx, input: { host, ...options } }) => ctx.services.hosts.engineOf(host).images.collectGarbage(options)),
})
