import { anyHostInput } from "../../contract/hosts.js"
import { procedure, router } from "../../trpc/init.js"

export const networksRouter = router({
  list: procedure.input(anyHostInput).query(({ ctx, input }) => ctx.services.hosts.onEach(input.host, (engine) => engine.networks.list())),
})
