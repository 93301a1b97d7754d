import {
  createContainerInput,
  killContainerInput,
  reclaimContainerInput,
  removeContainerInput,
  renameContainerInput,
  restartContainerInput,
  stopContainerInput,
} from "../../contract/containers.js"
import { pullAndCreateInput } from "../../contract/images.js"
import { idInput } from "../../contract/primitives.js"
import { procedure } from "../../trpc/init.js"
import { overruling } from "../../trpc/overruling.js"

/** Each resolves when the engine has done it; what it means is said in the engine's interface. */
export const create = procedure.input(createContainerInput).mutation(async ({ ctx, input: { host, overrule, ...spec } }) => ({
  ...(await overruling(ctx, overrule, () => ctx.services.hosts.engineOf(host).containers.create(spec))),
  host,
}))

export const pullAndCreate = procedure
  .input(pullAndCreateInput)
  .mutation(({ ctx, input: { overrule, ...input } }) => overruling(ctx, overrule, () => ctx.services.transfers.pullAndCreate(input)))

export const start = procedure.input(idInput).mutation(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.start(id)
})

export const stop = procedure.input(stopContainerInput).mutation(async ({ ctx, input: { id, ...options } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.stop(id, options)
})

export const kill = procedure.input(killContainerInput).mutation(async ({ ctx, input: { id, ...options } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.kill(id, options)
})

export const restart = procedure.input(restartContainerInput).mutation(async ({ ctx, input: { id, ...options } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.restart(id, options)
})

export const pause = procedure.input(idInput).mutation(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.pause(id)
})

export const resume = procedure.input(idInput).mutation(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.resume(id)
})

export const nap = procedure.input(idInput).mutation(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.nap(id)
})

export const hibernate = procedure.input(idInput).mutation(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.hibernate(id)
})

export const wake = procedure.input(idInput).mutation(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.wake(id, { cause: "request" })
})

export const reclaim = procedure.input(reclaimContainerInput).mutation(async ({ ctx, input: { id, bytes } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.reclaim(id, bytes)
})

export const rename = procedure.input(renameContainerInput).mutation(async ({ ctx, input: { id, name } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.rename(id, name)
})

export const remove = procedure.input(removeContainerInput).mutation(async ({ ctx, input: { id, ...options } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.remove(id, options)
})
