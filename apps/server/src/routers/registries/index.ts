import { addRegistryInput, changeRegistryInput, registryInput, testRegistryInput } from "../../contract/registries.js"
import { procedure, router } from "../../trpc/init.js"

export const registriesRouter = router({
  list: procedure.query(({ ctx }) => ctx.services.registries.list()),
  add: procedure.input(addRegistryInput).mutation(({ ctx, input }) => ctx.services.registries.add(input)),
  change: procedure.input(changeRegistryInput).mutation(({ ctx, input }) => ctx.services.registries.change(input)),
  remove: procedure.input(registryInput).mutation(({ ctx, input }) => ctx.services.registries.remove(input.registry)),
  test: procedure.input(testRegistryInput).mutation(({ ctx, input }) => ctx.services.registries.test(input)),
})
