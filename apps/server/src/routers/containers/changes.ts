import { bulkContainersInput, commitContainerInput, resizeContainerDiskInput, updateContainerInput } from "../../contract/containers.js"
import { idInput } from "../../contract/primitives.js"
import { bulkContainers } from "../../services/containers/bulk-containers.js"
import { procedure } from "../../trpc/init.js"
import { overruling } from "../../trpc/overruling.js"

export const update = procedure.input(updateContainerInput).mutation(async ({ ctx, input: { id, overrule, ...change } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return overruling(ctx, overrule, () => engine.containers.update(id, change))
})

export const resizeDisk = procedure.input(resizeContainerDiskInput).mutation(async ({ ctx, input: { id, sizeBytes, overrule } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return overruling(ctx, overrule, () => engine.containers.resizeDisk(id, sizeBytes))
})

export const compactDisk = procedure.input(idInput).mutation(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.compactDisk(id)
})

export const commit = procedure.input(commitContainerInput).mutation(async ({ ctx, input: { id, ...options } }) => {
  const { host, engine } = await ctx.services.hosts.ofContainer(id)
  return { ...(await engine.containers.commit(id, options)), host }
})

export const bulk = procedure
  .input(bulkContainersInput)
  .mutation(({ ctx, input }) => bulkContainers(ctx.services.hosts, input, ctx.services.report))
