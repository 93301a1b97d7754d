import { containerFilesInput, listContainersInput } from "../../contract/containers.js"
import { idInput } from "../../contract/primitives.js"
import { listContainers } from "../../services/containers/list-containers.js"
import { procedure } from "../../trpc/init.js"

export const list = procedure.input(listContainersInput).query(({ ctx, input }) => listContainers(ctx.services, input))

export const inspect = procedure.input(idInput).query(async ({ ctx, input: { id } }) => {
  const { host, engine } = await ctx.services.hosts.ofContainer(id)
  return { ...(await engine.containers.inspect(id)), host }
})

export const top = procedure.input(idInput).query(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.top(id)
})

export const diff = procedure.input(idInput).query(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.diff(id)
})

export const files = procedure.input(containerFilesInput).query(async ({ ctx, input: { id, path } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.listDirectory(id, path)
})

export const namespaces = procedure.input(idInput).query(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.namespaces(id)
})

export const cgroupTree = procedure.input(idInput).query(async ({ ctx, input: { id } }) => {
  const { engine } = await ctx.services.hosts.ofContainer(id)
  return engine.containers.cgroupTree(id)
})
