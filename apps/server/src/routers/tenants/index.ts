import { anyHostInput } from "../../contract/hosts.js"
import { procedure, router } from "../../trpc/init.js"

export const tenantsRouter = router({
  /** A tenant is on each host that knows it. */
  list: procedure.input(anyHostInput).query(({ ctx, input }) => ctx.services.hosts.onEach(input.host, (engine) => engine.tenants.list())),
})
